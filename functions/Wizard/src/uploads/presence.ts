import { useSyncExternalStore } from 'react';

let there = false;
const listeners = new Set<() => void>();

/** Whether there is anything to show of uploads: known to the first page without the code that makes them. */
export const useUploadsPresent = (): boolean => useSyncExternalStore(subscribe, () => there);

export function showUploads(next: boolean): void {
  if (there === next) return;
  there = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
