import { call, newKey } from '../api/client';
import type { BegunUpload, SentPart } from '../api/contract';
import { asProblem, Problem } from '../api/problem';
import { accessToken, sessionEnded } from '../signin/session';

/** Bytes above which a file goes to S3 in parts, straight from the browser. */
export const largeFile = 64 * 1000 * 1000;

const partsAtOnce = 3;
const triesPerPart = 4;

export interface TransferOptions {
  driveId: string;
  path: string;
  file: File;
  replace: boolean;
  signal: AbortSignal;
  /** Bytes sent so far. */
  onProgress: (sent: number) => void;
}

/** Why nothing was written: there is a file of this name. */
export class FileExists extends Error {}

/** Drives whose buckets don't let a browser write to them; their files go through the server. */
const throughServer = new Set<string>();

/** Whether this drive's large files take the way through the server, because its bucket refused this site. */
export const goesThroughServer = (driveId: string): boolean => throughServer.has(driveId);

/** The bucket may have a rule for this site by now: the next large file is sent to it directly again. */
export const tryDirectlyAgain = (driveId: string): void => void throughServer.delete(driveId);

/** Brings a file onto the drive, whole or not at all. Throws a Problem, or FileExists. */
export async function transfer(options: TransferOptions): Promise<void> {
  if (options.file.size > largeFile && !throughServer.has(options.driveId) && (await transferInParts(options))) return;
  await transferThroughServer(options);
}

async function transferThroughServer({ driveId, path, file, replace, signal, onProgress }: TransferOptions): Promise<void> {
  const token = accessToken();
  const answer = await put(`/api/drives/${driveId}/content?path=${encodeURIComponent(path)}`, file, signal, onProgress, {
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
    ...(replace ? {} : { 'If-None-Match': '*' }),
    'Content-Type': file.type || 'application/octet-stream',
  });
  if (answer.status === 412 && !replace) throw new FileExists();
  if (answer.status === 401) sessionEnded();
  if (answer.status < 200 || answer.status >= 300) throw new Problem(answer.status, bodyOf(answer.body));
}

/** @returns False when the bucket doesn't take files from a browser, so that the server has to carry them. */
async function transferInParts({ driveId, path, file, replace, signal, onProgress }: TransferOptions): Promise<boolean> {
  if (!replace && (await isThere(driveId, path, signal))) throw new FileExists();
  const begun = await call<BegunUpload>(`/api/drives/${driveId}/uploads`, { method: 'POST', body: { path, size: file.size, contentType: file.type || 'application/octet-stream' }, idempotencyKey: newKey(), signal });
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const sent = new Map<number, number>();
  const etags: SentPart[] = [];
  const waiting = [...begun.parts];
  const tell = () => onProgress([...sent.values()].reduce((sum, bytes) => sum + bytes, 0));
  let refused = false;

  const worker = async () => {
    for (let part = waiting.shift(); part && !both.aborted; part = waiting.shift()) {
      const { number, url } = part;
      const from = (number - 1) * begun.partSize;
      const chunk = file.slice(from, Math.min(from + begun.partSize, file.size));
      for (let tries = 1; ; tries++) {
        const answer = await put(url, chunk, both, (bytes) => (sent.set(number, bytes), tell()), {});
        if (answer.status >= 200 && answer.status < 300 && answer.etag) {
          sent.set(number, chunk.size);
          etags.push({ number, etag: answer.etag });
          break;
        }
        // Without a rule of the bucket's for other origins, browsers hide S3's answer or don't send at all.
        if (etags.length === 0 && (answer.status === 0 || answer.etag === null) && answer.status < 300) {
          refused = true;
          throw new Problem(0, {});
        }
        if (tries >= triesPerPart || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)) throw new Problem(answer.status === 0 ? 0 : 502, { title: 'S3 didn’t take the file', detail: 'A part of the file was refused. Try again; if it stays, verify the drive.' });
        await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
      }
    }
  };

  try {
    await Promise.all(Array.from({ length: Math.min(partsAtOnce, begun.parts.length) }, worker));
    await call(`/api/drives/${driveId}/uploads/${begun.id}/complete`, { method: 'POST', body: { parts: etags.sort((a, b) => a.number - b.number) }, timeout: 120_000, signal });
    return true;
  } catch (error) {
    stop.abort();
    void call(`/api/drives/${driveId}/uploads/${begun.id}`, { method: 'DELETE' }).catch(() => undefined);
    if (!refused || signal.aborted) throw error;
    throughServer.add(driveId);
    onProgress(0);
    return false;
  }
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

interface Answer {
  /** 0 when there was none. */
  status: number;
  etag: string | null;
  body: string;
}

/** A PUT that tells how far it is, which fetch can't. */
function put(url: string, body: Blob, signal: AbortSignal, onProgress: (bytes: number) => void, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new DOMException('Cancelled', 'AbortError'));
      return;
    }
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    const cancel = () => request.abort();
    signal.addEventListener('abort', cancel, { once: true });
    const settle = () => signal.removeEventListener('abort', cancel);
    request.onload = () => {
      settle();
      const sameOrigin = url.startsWith('/');
      resolve({ status: request.status, etag: sameOrigin || request.getAllResponseHeaders().toLowerCase().includes('etag') ? request.getResponseHeader('ETag') : null, body: request.responseText });
    };
    request.onerror = () => {
      settle();
      resolve({ status: 0, etag: null, body: '' });
    };
    request.onabort = () => {
      settle();
      reject(new DOMException('Cancelled', 'AbortError'));
    };
    request.send(body);
  });
}

function bodyOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
