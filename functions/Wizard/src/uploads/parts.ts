import { call, newKey } from '../api/client';
import type { BegunUpload, SentPart, UploadLinks, UploadProgress } from '../api/contract';
import { asProblem, Problem } from '../api/problem';
import { isHostReachable, isServerReachable, untilReachable, wait } from './network';
import { isReadable, put } from './put';
import { FileExists, type Told, type Upload } from './queue';
import { forget, keptForHours, keyOf, recall, remember, whoIsHere, type Remembered } from './remembered';

const partsAtOnce = 3;
const triesPerPart = 4;
const linksAtOnce = 50;

/** The bucket has no rule that lets this site write to it. */
export class CorsRefused extends Error {}

/** S3 knows nothing of the upload any more. */
class UploadGone extends Error {}

/** An upload as S3 has it. */
interface Begun {
  id: string;
  partSize: number;
  etags: Map<number, string | null>;
  links: Links;
}

/** Sends a file to S3 in parts, and goes on where an earlier try ended. Throws a Problem, FileExists, or CorsRefused when nothing was sent. */
export async function sendInParts(upload: Upload, told: Told): Promise<void> {
  const key = keyOf(upload.driveId, upload.path, upload.file);
  await exclusively(key, async () => {
    for (let times = 0; ; times++) {
      try {
        return await send(key, upload, told);
      } catch (error) {
        const gone = error instanceof UploadGone;
        if (gone || error instanceof CorsRefused || upload.stop.signal.aborted) await giveUp(key, upload.driveId);
        if (!gone || times > 0)
          throw gone
            ? new Problem(409, {
                title: 'The upload was given up',
                detail: 'Somebody ended it at S3. Try again to send it from the beginning.',
              })
            : error;
      }
    }
  });
}

async function send(key: string, upload: Upload, told: Told): Promise<void> {
  const { driveId, path, file, replace } = upload;
  const { signal } = upload.stop;
  const known = await recall(key);
  const begun = known ? await resume(known, signal) : null;
  if (begun === 'stored') return void (await forget(key));
  if (!begun && !replace && (await isThere(driveId, path, signal))) throw new FileExists();
  const { id, partSize, etags, links } = begun ?? (await begin(key, upload, signal));

  const bytesOf = (number: number) => Math.max(0, Math.min(partSize, file.size - (number - 1) * partSize));
  const missing: number[] = [];
  for (let number = 1; number === 1 || (number - 1) * partSize < file.size; number++) if (!etags.has(number)) missing.push(number);
  let stored = [...etags.keys()].reduce((sum, number) => sum + bytesOf(number), 0);
  const onTheirWay = new Map<number, number>();
  const report = () => told.onProgress(stored + [...onTheirWay.values()].reduce((sum, bytes) => sum + bytes, 0));
  told.onResumed(stored);

  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let answered = etags.size > 0;
  const sendPart = async (number: number) => {
    const from = (number - 1) * partSize;
    const chunk = file.slice(from, from + bytesOf(number));
    for (let tries = 1; ;) {
      const url = await links.of(number, missing, both);
      const answer = await put(url, chunk, both, (bytes) => (onTheirWay.set(number, bytes), report()), {});
      onTheirWay.delete(number);
      if (answer.status >= 200 && answer.status < 300) {
        answered = true;
        etags.set(number, answer.etag);
        stored += chunk.size;
        report();
        await remember({ ...entryOf(key, upload, id), sent: stored });
        return;
      }
      report();
      if (answer.status === 0) {
        if (!(await isReadable(chunk)))
          throw new Problem(-1, {
            title: 'The file can’t be read',
            detail: 'It was changed, moved or deleted since it was chosen. Choose it again.',
          });
        if (!(await isServerReachable())) {
          told.onOffline(true);
          await untilReachable(both);
          told.onOffline(false);
          continue;
        }
        // S3 answers, only not to this page.
        if (!answered && (await isHostReachable(url))) throw new CorsRefused();
      }
      if (answer.status === 404) throw new UploadGone();
      if (answer.status === 403) links.drop(number);
      else if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) throw refusedBy(answer.body);
      if (tries++ >= triesPerPart)
        throw answer.status === 0
          ? new Problem(0, {
              title: 'S3 can’t be reached',
              detail: 'This server answers, and S3 doesn’t. What was sent is kept: try again to go on.',
            })
          : refusedBy(answer.body);
      await wait(500 * 2 ** tries * (1 + Math.random() / 2), both);
    }
  };
  let next = 0;
  const worker = async () => {
    while (next < missing.length && !both.aborted) await sendPart(missing[next++]!);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(partsAtOnce, missing.length) }, worker));
    signal.throwIfAborted();
  } finally {
    stop.abort();
  }
  await complete(`/api/drives/${driveId}/uploads/${id}`, etags, told, signal);
  await forget(key);
}

async function begin(key: string, upload: Upload, signal: AbortSignal): Promise<Begun> {
  const { driveId, path, file } = upload;
  const body = {
    path,
    size: file.size,
    contentType: file.type || 'application/octet-stream',
    keepForHours: keptForHours,
    mostLinks: linksAtOnce,
  };
  const begun = await call<BegunUpload>(`/api/drives/${driveId}/uploads`, { method: 'POST', body, idempotencyKey: newKey(), signal });
  await remember(entryOf(key, upload, begun.id));
  return {
    id: begun.id,
    partSize: begun.partSize,
    etags: new Map(),
    links: new Links(`/api/drives/${driveId}/uploads/${begun.id}`, begun),
  };
}

/** @returns What S3 has of it; null when that is nothing any more, so that it begins anew. */
async function resume(known: Remembered, signal: AbortSignal): Promise<Begun | 'stored' | null> {
  const address = `/api/drives/${known.driveId}/uploads/${known.uploadId}`;
  try {
    const there = await call<UploadProgress>(address, { signal, timeout: 60_000 });
    if (there.file) return 'stored';
    return {
      id: known.uploadId,
      partSize: there.partSize,
      etags: new Map(there.received.map((part) => [part.number, part.etag])),
      links: new Links(address),
    };
  } catch (error) {
    if (asProblem(error).status !== 404) throw error;
    await forget(known.key);
    return null;
  }
}

/** Makes the file of its parts. Where the answer is lost, asking again answers the same. */
async function complete(address: string, etags: ReadonlyMap<number, string | null>, told: Told, signal: AbortSignal): Promise<void> {
  const parts: SentPart[] = [];
  for (const [number, etag] of etags) if (etag !== null) parts.push({ number, etag });
  // Where S3 doesn't show their tags to this page, it goes by what has arrived, which has to be as long as was announced.
  const body = parts.length === etags.size ? { parts: parts.sort((a, b) => a.number - b.number) } : {};
  for (let tries = 1; ; tries++) {
    try {
      await call(`${address}/complete`, { method: 'POST', body, timeout: 120_000, signal });
      return;
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 404) throw new UploadGone();
      if (!problem.passing || tries >= triesPerPart || signal.aborted) throw error;
      if (!(await isServerReachable())) {
        told.onOffline(true);
        await untilReachable(signal);
        told.onOffline(false);
      } else await wait(1_000 * tries, signal);
    }
  }
}

/** What is remembered of an upload that isn't gone on with, and S3's parts of it. */
export async function giveUp(key: string, driveId: string): Promise<void> {
  const known = await recall(key);
  if (!known) return;
  await forget(key);
  await call(`/api/drives/${driveId}/uploads/${known.uploadId}`, { method: 'DELETE' }).catch(() => undefined); // the server gives it up by itself, later
}

/** Links to send parts by: made some at a time, and anew once they have expired. */
class Links {
  private readonly urls = new Map<number, string>();
  private ends = 0;
  private asking: Promise<void> | null = null;

  constructor(
    private readonly address: string,
    first?: { parts: readonly { number: number; url: string }[]; expiresAt: string },
  ) {
    if (first) this.take(first);
  }

  async of(number: number, all: readonly number[], signal: AbortSignal): Promise<string> {
    while (!this.urls.has(number) || Date.now() > this.ends) {
      this.asking ??= this.ask(all.slice(all.indexOf(number)).slice(0, linksAtOnce), signal).finally(() => (this.asking = null));
      await this.asking;
    }
    return this.urls.get(number)!;
  }

  drop(number: number): void {
    this.urls.delete(number);
  }

  private async ask(parts: readonly number[], signal: AbortSignal): Promise<void> {
    this.urls.clear();
    try {
      this.take(await call<UploadLinks>(`${this.address}/links`, { method: 'POST', body: { parts }, signal }));
    } catch (error) {
      if (asProblem(error).status === 404) throw new UploadGone();
      throw error;
    }
  }

  private take(links: { parts: readonly { number: number; url: string }[]; expiresAt: string }): void {
    for (const { number, url } of links.parts) this.urls.set(number, url);
    // Clocks differ; a link that has expired all the same is refused by S3 and then made anew.
    this.ends = Math.max(Date.now() + 60_000, Date.parse(links.expiresAt) - 60_000);
  }
}

/** What whoever sends a file holds, so that it is sent by one tab at a time. */
export const lockOf = (key: string): string => `upload ${key}`;

const sentHere = new Set<string>();

/** Whether it is this page that sends it. */
export const isSentHere = (key: string): boolean => sentHere.has(key);

async function exclusively(key: string, act: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return act();
  await navigator.locks.request(lockOf(key), { ifAvailable: true }, async (lock) => {
    if (!lock)
      throw new Problem(409, {
        title: 'It is being uploaded already',
        detail: 'Another tab of this browser sends the same file to the same place.',
      });
    sentHere.add(key);
    await act().finally(() => sentHere.delete(key));
  });
}

async function isThere(driveId: string, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    await call(`/api/drives/${driveId}/content?path=${encodeURIComponent(path)}`, { method: 'HEAD', signal });
    return true;
  } catch (error) {
    if (asProblem(error).status === 404) return false;
    throw error;
  }
}

const entryOf = (key: string, { driveId, path, file, handle }: Upload, uploadId: string): Remembered => ({
  key,
  who: whoIsHere(),
  driveId,
  path,
  size: file.size,
  lastModified: file.lastModified,
  uploadId,
  sent: 0,
  at: Date.now(),
  ...(handle ? { handle } : {}),
});

/** S3 answers with XML, whose code says why. */
function refusedBy(body: string): Problem {
  const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1];
  return new Problem(502, {
    title: 'S3 didn’t take the file',
    detail: `A part of it was refused${code ? ` (${code})` : ''}. What was sent is kept: try again to go on. If it stays, verify the drive.`,
  });
}
