import { currentSession } from '../signin/session';

/** An upload in parts that is begun: enough to go on with it after a reload. */
export interface Remembered {
  key: string;
  /** Whose it is. */
  who: string;
  driveId: string;
  path: string;
  /** Bytes. */
  size: number;
  lastModified: number;
  uploadId: string;
  /** Bytes that S3 has, as far as this page knows. */
  sent: number;
  /** When it was begun. */
  at: number;
  handle?: FileSystemFileHandle | undefined;
}

export const databaseName = 'uploads';
const store = 'begun';
/** For so long S3's parts are kept after the last of them was sent; longer isn't worth to be remembered. */
export const keptForHours = 24;

let database: Promise<IDBDatabase> | undefined;

/** The same file for the same place has the same key. */
export const keyOf = (driveId: string, path: string, file: { size: number; lastModified: number }): string =>
  JSON.stringify([driveId, path, file.size, file.lastModified]);

export const whoIsHere = (): string => {
  const session = currentSession();
  return 'email' in session ? session.email || session.name : '';
};

/** What can't be remembered is uploaded all the same: every failure here counts as knowing nothing. */
export async function recall(key: string): Promise<Remembered | undefined> {
  const found = await quietly<Remembered>('readonly', (begun) => begun.get(key));
  return found && isOurs(found) ? found : undefined;
}

export async function recallAll(): Promise<Remembered[]> {
  const found = (await quietly<Remembered[]>('readonly', (begun) => begun.getAll())) ?? [];
  for (const old of found) if (isOld(old)) await forget(old.key);
  return found.filter(isOurs);
}

export const remember = (entry: Remembered): Promise<unknown> => quietly('readwrite', (begun) => begun.put(entry));

export const forget = (key: string): Promise<unknown> => quietly('readwrite', (begun) => begun.delete(key));

const isOld = (entry: Remembered): boolean => Date.now() - entry.at > keptForHours * 3_600_000;
const isOurs = (entry: Remembered): boolean => !isOld(entry) && entry.who === whoIsHere();

async function quietly<T>(mode: IDBTransactionMode, act: (begun: IDBObjectStore) => IDBRequest): Promise<T | undefined> {
  try {
    const opened = await (database ??= open());
    return await asked<T>(act(opened.transaction(store, mode).objectStore(store)));
  } catch {
    return undefined;
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: 'key' });
  return asked<IDBDatabase>(request).then((opened) => {
    // Whoever signs out deletes it.
    opened.onversionchange = () => {
      opened.close();
      database = undefined;
    };
    return opened;
  });
}

const asked = <T>(request: IDBRequest): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error ?? new Error('The database didn’t answer.'));
  });
