/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder that a path lies in; empty for the drive's own. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** The folders on the way to a path, outermost first. */
export function trailOf(path: string): { name: string; path: string }[] {
  const parts = path === '' ? [] : path.split('/');
  return parts.map((name, index) => ({ name, path: parts.slice(0, index + 1).join('/') }));
}

/** Folders before files, else as they came. */
export const foldersFirst = <T extends { type: string }>(entries: readonly T[]): T[] => [
  ...entries.filter((entry) => entry.type === 'folder'),
  ...entries.filter((entry) => entry.type === 'file'),
];

/** Where a folder is listed. */
export const listingOf = (driveId: string, path: string): string =>
  `/api/drives/${driveId}/files${path === '' ? '' : `?path=${encodeURIComponent(path)}`}`;

/** Entries of a folder that are asked for at a time. */
export const pageOfFolder = 100;

/** The first page of it, as it is asked for. */
export function beginningOfFolder(driveId: string, path: string): string {
  const listing = listingOf(driveId, path);
  return `${listing}${listing.includes('?') ? '&' : '?'}limit=${pageOfFolder}`;
}

/** The folder that a query names. */
export const folderOf = (search: URLSearchParams): string => (search.get('path') ?? '').replace(/^\/+|\/+$/g, '');

export type SortBy = 'name' | 'size' | 'changed';

let collator: Intl.Collator | undefined;

/** What is loaded, folders first, in this order; as it came, where nobody asked for one. */
export function sorted<T extends { type: string; path: string; size: number | null; lastModified: string | null }>(
  entries: readonly T[],
  by: SortBy | null,
  descending: boolean,
): T[] {
  const list = foldersFirst(entries);
  if (by === null) return list;
  const names = (collator ??= new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }));
  const compare = (one: T, other: T): number =>
    by === 'size'
      ? (one.size ?? 0) - (other.size ?? 0)
      : by === 'changed'
        ? Date.parse(one.lastModified ?? '0') - Date.parse(other.lastModified ?? '0')
        : names.compare(nameOf(one.path), nameOf(other.path));
  return list.sort((one, other) =>
    one.type === other.type
      ? (descending ? -1 : 1) * compare(one, other) || names.compare(one.path, other.path)
      : one.type === 'folder'
        ? -1
        : 1,
  );
}
