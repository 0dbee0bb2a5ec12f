import { asProblem, type Problem } from '../api/problem';
import { join } from '../files/paths';
import { showUploads } from './presence';
import { Speed } from './speed';

const atOnce = 3;
/** How many of each kind the panel shows. */
const most = { stopped: 50, waiting: 20, done: 10 };
/** Milliseconds between two looks of those who watch: progress comes more often than eyes can follow. */
const pause = 150;

export type UploadState = 'waiting' | 'sending' | 'done' | 'failed' | 'cancelled' | 'exists';

/** Why nothing was written: there is a file of this name. */
export class FileExists extends Error {}

export interface Found {
  /** Below the folder that it is brought into; with folders of its own. */
  path: string;
  file: File;
  /** Where it can be read again after a reload. */
  handle?: FileSystemFileHandle | undefined;
}

export interface Upload extends Found {
  id: number;
  driveId: string;
  state: UploadState;
  /** Bytes. */
  sent: number;
  /** Waits for the network. */
  offline: boolean;
  problem: Problem | null;
  replace: boolean;
  stop: AbortController;
}

/** How a transfer reports. */
export interface Told {
  /** Bytes that are there already, by an earlier try. */
  onResumed: (there: number) => void;
  /** Bytes that are there or on their way. */
  onProgress: (sent: number) => void;
  onOffline: (offline: boolean) => void;
}

export type Transfer = (upload: Upload, told: Told) => Promise<void>;

export interface Snapshot {
  /** At most some dozens: what goes on, what needs an answer, what comes next, what came last. */
  rows: readonly Readonly<Upload>[];
  counts: Record<UploadState, number>;
  /** Bytes. */
  sent: number;
  /** Bytes that are still to be sent. */
  left: number;
  /** Bytes a second. */
  speed: number | null;
  offline: boolean;
  /** By drive, how many files have been stored. */
  stored: ReadonlyMap<string, number>;
}

/** All uploads of this page: a few at a time, each to be cancelled, none over an existing file unless somebody says so. */
export class UploadQueue {
  private waiting: Upload[] = [];
  /** Where the waiting ones begin: taking from the front of a long list would move all the others. */
  private head = 0;
  private readonly sending = new Set<Upload>();
  private readonly stopped = new Map<number, Upload>();
  private recent: Upload[] = [];
  private readonly counts: Record<UploadState, number> = { waiting: 0, sending: 0, done: 0, failed: 0, cancelled: 0, exists: 0 };
  private readonly bytes = { waiting: 0, done: 0 };
  private readonly stored = new Map<string, number>();
  private readonly speed = new Speed();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ids = 0;
  private seen: Snapshot;

  constructor(
    private readonly transfer: Transfer,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.seen = this.look();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Snapshot => this.seen;

  get isIdle(): boolean {
    return this.counts.waiting + this.counts.sending === 0;
  }

  /** Begins to bring files into a folder. */
  add(driveId: string, folder: string, files: readonly Found[]): void {
    if (this.isIdle && this.stopped.size === 0) this.reset();
    for (const { path, file, handle } of files)
      this.wait({
        id: ++this.ids,
        driveId,
        path: join(folder, path),
        file,
        handle,
        state: 'waiting',
        sent: 0,
        offline: false,
        problem: null,
        replace: false,
        stop: new AbortController(),
      });
    this.next();
  }

  cancel(id: number): void {
    for (const upload of this.sending) if (upload.id === id) upload.stop.abort();
    const index = this.waiting.findIndex((upload, at) => at >= this.head && upload.id === id);
    if (index >= 0) {
      const [upload] = this.waiting.splice(index, 1);
      this.bytes.waiting -= upload!.file.size;
      this.enter(upload!, 'cancelled');
    }
    const kept = this.stopped.get(id);
    if (kept?.state === 'exists') this.enter(kept, 'cancelled');
    this.changed();
  }

  /** Stops all; what waits isn't even listed any more. */
  cancelAll(): void {
    this.counts.cancelled += this.counts.waiting;
    this.counts.waiting = 0;
    this.bytes.waiting = 0;
    this.waiting = [];
    this.head = 0;
    for (const upload of this.sending) upload.stop.abort();
    this.changed();
  }

  /** Sends it again; over what is there, if so. */
  again(id: number, replace: boolean): void {
    const upload = this.stopped.get(id);
    if (!upload) return;
    this.leave(upload);
    this.wait({
      ...upload,
      state: 'waiting',
      sent: 0,
      offline: false,
      problem: null,
      replace: replace || upload.replace,
      stop: new AbortController(),
    });
    this.next();
  }

  /** Sends all again that stopped for this reason. */
  allAgain(state: 'failed' | 'exists'): void {
    for (const upload of [...this.stopped.values()]) if (upload.state === state) this.again(upload.id, state === 'exists');
  }

  /** Leaves all files that are there as they are. */
  keepAll(): void {
    for (const upload of [...this.stopped.values()]) if (upload.state === 'exists') this.enter(upload, 'cancelled');
    this.changed();
  }

  /** Forgets what is over. */
  clear(): void {
    this.stopped.clear();
    this.reset();
    this.changed();
  }

  private reset(): void {
    this.recent = [];
    this.bytes.done = 0;
    this.counts.done = this.counts.failed = this.counts.cancelled = this.counts.exists = 0;
  }

  private wait(upload: Upload): void {
    this.waiting.push(upload);
    this.counts.waiting++;
    this.bytes.waiting += upload.file.size;
  }

  private next(): void {
    while (this.sending.size < atOnce && this.head < this.waiting.length) {
      const upload = this.waiting[this.head++]!;
      this.bytes.waiting -= upload.file.size;
      this.enter(upload, 'sending');
      void this.run(upload);
    }
    if (this.head > 1000 || this.head === this.waiting.length) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
    this.changed();
  }

  private async run(upload: Upload): Promise<void> {
    try {
      await this.transfer(upload, {
        onResumed: (there) => {
          upload.sent = there;
          this.changed();
        },
        onProgress: (sent) => {
          this.speed.add(Math.max(0, sent - upload.sent), this.now());
          upload.sent = sent;
          this.changed();
        },
        onOffline: (offline) => {
          upload.offline = offline;
          if (offline) this.speed.forget();
          this.changed();
        },
      });
      this.bytes.done += upload.file.size;
      this.stored.set(upload.driveId, (this.stored.get(upload.driveId) ?? 0) + 1);
      this.enter(upload, 'done');
    } catch (error) {
      if (upload.stop.signal.aborted) this.enter(upload, 'cancelled');
      else if (error instanceof FileExists) this.enter(upload, 'exists');
      else {
        upload.problem = asProblem(error);
        this.enter(upload, 'failed');
      }
    }
    this.next();
  }

  private enter(upload: Upload, state: UploadState): void {
    this.leave(upload);
    upload.state = state;
    upload.offline = false;
    this.counts[state]++;
    if (state === 'sending') this.sending.add(upload);
    else if (state === 'done') this.recent = [upload, ...this.recent].slice(0, most.done);
    else this.stopped.set(upload.id, upload);
  }

  private leave(upload: Upload): void {
    this.counts[upload.state]--;
    this.sending.delete(upload);
    this.stopped.delete(upload.id);
  }

  private changed(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.seen = this.look();
      for (const listener of this.listeners) listener();
    }, pause);
    if (!this.isIdle || this.stopped.size > 0) showUploads(true);
  }

  private look(): Snapshot {
    const sending = [...this.sending];
    const stopped = firstOf(this.stopped.values(), most.stopped);
    const sent = sending.reduce((sum, upload) => sum + Math.min(upload.sent, upload.file.size), 0);
    return {
      rows: [...sending, ...stopped, ...this.waiting.slice(this.head, this.head + most.waiting), ...this.recent].map((upload) => ({
        ...upload,
      })),
      counts: { ...this.counts },
      sent: this.bytes.done + sent,
      left: this.bytes.waiting + sending.reduce((sum, upload) => sum + upload.file.size, 0) - sent,
      speed: this.speed.perSecond(this.now()),
      offline: sending.length > 0 && sending.every((upload) => upload.offline),
      stored: new Map(this.stored),
    };
  }
}

function firstOf<T>(items: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === count) break;
    first.push(item);
  }
  return first;
}

export const isUnderWay = (upload: Pick<Upload, 'state'>): boolean => upload.state === 'waiting' || upload.state === 'sending';
