import { useSyncExternalStore } from 'react';
import { showUploads } from './presence';
import { giveUp, isSentHere, lockOf } from './parts';
import { forget, keyOf, recallAll, type Remembered } from './remembered';
import { uploads } from './uploads';

let list: readonly Remembered[] = [];
const listeners = new Set<() => void>();

/** Uploads that an earlier page began and nobody goes on with. */
export const useInterrupted = (): readonly Remembered[] => useSyncExternalStore(subscribe, () => list);

/** Looks for them; those whose files can be read without asking go on by themselves. */
export async function lookForInterrupted(): Promise<void> {
  const held = new Set('locks' in navigator ? ((await navigator.locks.query()).held ?? []).map((lock) => lock.name) : []);
  const all = await recallAll();
  const found = all.filter(({ key }) => !held.has(lockOf(key)));
  become(found);
  for (const { key } of all) if (held.has(lockOf(key))) lookOnceFree(key);
  for (const entry of found) if ((await entry.handle?.queryPermission?.({ mode: 'read' })) === 'granted') await goOn(entry);
}

const awaited = new Set<string>();

/** Another tab sends it; or this one did, and the page before the reload hasn't quite gone yet. */
function lookOnceFree(key: string): void {
  if (awaited.has(key) || isSentHere(key)) return;
  awaited.add(key);
  void navigator.locks
    .request(lockOf(key), () => undefined)
    .then(() => (awaited.delete(key), lookForInterrupted()))
    .catch(() => awaited.delete(key));
}

/** Goes on with the file that the browser remembers. @returns False when it has to be chosen again. */
export async function goOn(entry: Remembered): Promise<boolean> {
  try {
    if (!entry.handle || (await entry.handle.requestPermission?.({ mode: 'read' })) !== 'granted') return false;
    return goOnWith(entry, await entry.handle.getFile());
  } catch {
    return false;
  }
}

/** @returns False when it is another file, or has changed. */
export function goOnWith(entry: Remembered, file: File): boolean {
  if (keyOf(entry.driveId, entry.path, file) !== entry.key) return false;
  uploads.add(entry.driveId, '', [{ path: entry.path, file, handle: entry.handle }]);
  become(list.filter((other) => other.key !== entry.key));
  return true;
}

/** The same file was brought again: it isn't listed as interrupted besides. */
export function takenUp(driveId: string, path: string, file: File): void {
  if (list.length > 0) become(list.filter((other) => other.key !== keyOf(driveId, path, file)));
}

export async function discard(entry: Remembered): Promise<void> {
  become(list.filter((other) => other.key !== entry.key));
  await giveUp(entry.key, entry.driveId);
  await forget(entry.key);
}

function become(next: readonly Remembered[]): void {
  list = next;
  if (list.length > 0) showUploads(true);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
