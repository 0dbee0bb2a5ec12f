import { useSyncExternalStore } from 'react';
import { Problem } from '../api/problem';
import { accessToken, sessionEnded } from '../signin/session';
import { isServerReachable, untilReachable, wait } from './network';
import { CorsRefused, sendInParts } from './parts';
import { isReadable, put } from './put';
import { FileExists, type Told, type Upload } from './queue';

/** Bytes above which a file goes to S3 in parts, straight from the browser. */
export const largeFile = 64 * 1000 * 1000;

const tries = 4;

/** Drives whose buckets don't let a browser write to them; their files go through the server. */
let throughServer: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

/** The drives whose large files take the way through the server, because their buckets refused this site. */
export const useRefusingDrives = (): ReadonlySet<string> => useSyncExternalStore(subscribe, () => throughServer);

/** The bucket may have a rule for this site by now: the next large file is sent to it directly again. */
export const tryDirectlyAgain = (driveId: string): void => become([...throughServer].filter((other) => other !== driveId));

/** Brings a file onto the drive, whole or not at all. Throws a Problem, or FileExists. */
export async function transfer(upload: Upload, told: Told): Promise<void> {
  if (upload.file.size > largeFile && !throughServer.has(upload.driveId)) {
    try {
      return await sendInParts(upload, told);
    } catch (error) {
      if (!(error instanceof CorsRefused)) throw error;
      become([...throughServer, upload.driveId]);
      told.onResumed(0);
    }
  }
  await sendThroughServer(upload, told);
}

async function sendThroughServer({ driveId, path, file, replace, stop: { signal } }: Upload, told: Told): Promise<void> {
  for (let times = 1; ; times++) {
    const token = accessToken();
    const answer = await put(`/api/drives/${driveId}/content?path=${encodeURIComponent(path)}`, file, signal, told.onProgress, {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(replace ? {} : { 'If-None-Match': '*' }),
      'Content-Type': file.type || 'application/octet-stream',
    });
    if (answer.status >= 200 && answer.status < 300) return;
    if (answer.status === 412 && !replace) throw new FileExists();
    if (answer.status === 401) sessionEnded();
    if (answer.status === 0) {
      if (!(await isReadable(file)))
        throw new Problem(-1, {
          title: 'The file can’t be read',
          detail: 'It was changed, moved or deleted since it was chosen, or it is a folder. Choose it again.',
        });
      if (!(await isServerReachable())) {
        told.onOffline(true);
        await untilReachable(signal);
        told.onOffline(false);
        times = 0;
      }
    }
    const problem = new Problem(answer.status, bodyOf(answer.body));
    if (!problem.passing || times >= tries) throw problem;
    told.onResumed(0);
    await wait(500 * 2 ** times * (1 + Math.random() / 2), signal);
    signal.throwIfAborted();
  }
}

function become(next: readonly string[]): void {
  throughServer = new Set(next);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function bodyOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
