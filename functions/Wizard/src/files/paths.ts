
/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** The folders on the way to a path, outermost first. */
export function trailOf(path: string): { name: string; path: string }[] {
  const parts = path === '' ? [] : path.split('/');
  return parts.map((name, index) => ({ name, path: parts.slice(0, index + 1).join('/') }));
}

/** Folders before files, else as they came. */
export const foldersFirst = <T extends { type: string }>(entries: readonly T[]): T[] => [...entries.filter((entry) => entry.type === 'folder'), ...entries.filter((entry) => entry.type === 'file')];

/** Where a folder is listed. */
export const listingOf = (driveId: string, path: string): string => `/api/drives/${driveId}/files${path === '' ? '' : `?path=${encodeURIComponent(path)}`}`;

/** Entries of a folder that are asked for at a time. */
export const pageOfFolder = 100;

/** The folder that a query names. */
export const folderOf = (search: URLSearchParams): string => (search.get('path') ?? '').replace(/^\/+|\/+$/g, '');
