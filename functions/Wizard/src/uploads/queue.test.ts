import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../api/problem';
import { FileExists, UploadQueue, type Told, type Upload } from './queue';

vi.mock('./presence', () => ({ showUploads: () => undefined }));

interface Started {
  upload: Upload;
  told: Told;
  done: () => void;
  fail: (error: unknown) => void;
}

const file = (size = 10) => ({ size }) as File;
const files = (count: number) => Array.from({ length: count }, (_, index) => ({ path: `${index}.txt`, file: file() }));

let started: Started[];
let queue: UploadQueue;

/** Lets what is over be noticed, and shown. */
async function settle() {
  await vi.advanceTimersByTimeAsync(1000);
}

beforeEach(() => {
  vi.useFakeTimers();
  started = [];
  queue = new UploadQueue(
    (upload, told) =>
      new Promise((resolve, reject) => {
        started.push({ upload, told, done: resolve, fail: reject });
        upload.stop.signal.addEventListener('abort', () => reject(new DOMException('Cancelled', 'AbortError')));
      }),
  );
});

describe('the queue of uploads', () => {
  it('sends three at a time, each in its folder, until all are stored', async () => {
    queue.add('drv_1', 'in/here', files(5));
    expect(started.map(({ upload }) => upload.path)).toEqual(['in/here/0.txt', 'in/here/1.txt', 'in/here/2.txt']);
    for (let next = 0; next < 5; next++) {
      started[next]!.done();
      await settle();
    }
    expect(queue.snapshot().counts).toMatchObject({ done: 5, waiting: 0, sending: 0 });
    expect(queue.snapshot().stored.get('drv_1')).toBe(5);
    expect(queue.isIdle).toBe(true);
  });

  it('shows some dozens of ten thousand, and counts them all', async () => {
    queue.add('drv_1', '', files(10_000));
    await settle();
    expect(queue.snapshot().counts).toMatchObject({ sending: 3, waiting: 9_997 });
    expect(queue.snapshot().rows.length).toBeLessThan(50);
    for (let next = 0; next < 2_000; next++) {
      started[next]!.done();
      await vi.advanceTimersByTimeAsync(0);
    }
    await settle();
    expect(queue.snapshot().counts).toMatchObject({ done: 2_000, sending: 3, waiting: 7_997 });
    expect(queue.snapshot().rows.length).toBeLessThan(50);
    expect(queue.snapshot().left).toBe(80_000);
  });

  it('tells its watchers seldom, however often progress is reported', async () => {
    const listener = vi.fn();
    queue.subscribe(listener);
    queue.add('drv_1', '', files(1));
    for (let sent = 0; sent < 10; sent++) started[0]!.told.onProgress(sent);
    await vi.advanceTimersByTimeAsync(150);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(queue.snapshot()).toMatchObject({ sent: 9, left: 1 });
  });

  it('leaves a file that is there until somebody says otherwise', async () => {
    queue.add('drv_1', '', files(2));
    for (const { fail } of started) fail(new FileExists());
    await settle();
    expect(queue.snapshot().counts.exists).toBe(2);
    queue.again(started[0]!.upload.id, true);
    expect(started[2]!.upload).toMatchObject({ path: '0.txt', replace: true });
    queue.keepAll();
    started[2]!.done();
    await settle();
    expect(queue.snapshot().counts).toMatchObject({ exists: 0, cancelled: 1, done: 1 });
  });

  it('sends all that failed again, with what a try before knows', async () => {
    queue.add('drv_1', '', files(2));
    for (const { fail } of started) fail(new Problem(502, { detail: 'S3 is busy.' }));
    await settle();
    expect(queue.snapshot().rows.map((row) => row.problem?.message)).toEqual(['S3 is busy.', 'S3 is busy.']);
    queue.allAgain('failed');
    expect(started).toHaveLength(4);
    expect(started[2]!.upload).toMatchObject({ state: 'sending', problem: null, replace: false });
  });

  it('ends one, or all', async () => {
    queue.add('drv_1', '', files(10));
    queue.cancel(started[1]!.upload.id);
    await settle();
    expect(started).toHaveLength(4);
    expect(queue.snapshot().counts).toMatchObject({ cancelled: 1, sending: 3, waiting: 6 });
    queue.cancelAll();
    await settle();
    expect(queue.isIdle).toBe(true);
    expect(queue.snapshot().counts).toMatchObject({ cancelled: 10, waiting: 0, sending: 0 });
    expect(queue.snapshot().left).toBe(0);
    queue.clear();
    await settle();
    expect(queue.snapshot()).toMatchObject({ rows: [], counts: { cancelled: 0 } });
  });

  it('takes what S3 had already for no speed', async () => {
    let now = 0;
    queue = new UploadQueue(
      (upload, told) => new Promise((resolve) => started.push({ upload, told, done: resolve, fail: () => undefined })),
      () => now,
    );
    queue.add('drv_1', '', [{ path: 'a', file: file(1_000_000) }]);
    started[0]!.told.onResumed(900_000);
    for (const sent of [910_000, 920_000, 930_000]) {
      started[0]!.told.onProgress(sent);
      now += 1000;
    }
    await settle();
    expect(queue.snapshot()).toMatchObject({ sent: 930_000, left: 70_000, speed: 10_000 });
  });
});
