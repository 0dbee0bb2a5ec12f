import type { Found } from './queue';

const together = 200;

/** Files that come some at a time, however many there are, and how many couldn't be read. */
export interface FoundFiles {
  batches: AsyncIterable<Found[]>;
  unreadable: () => number;
}

/** The files that were dropped, those in folders under their folders' names. To be called while the event is handled: its list is emptied afterwards. */
export function droppedFiles(data: DataTransfer): FoundFiles {
  const roots = [...data.items]
    .filter((item) => item.kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile(), handle: item.getAsFileSystemHandle?.().catch(() => null) }));
  let unreadable = 0;
  async function* found(): AsyncGenerator<Found[]> {
    let batch: Found[] = [];
    for (const { entry, file, handle } of roots) {
      const files = entry?.isDirectory
        ? walk(entry as FileSystemDirectoryEntry, () => unreadable++)
        : file
          ? [{ path: file.name, file, handle: asFile(await handle) }]
          : [];
      for await (const one of files) {
        batch.push(one);
        if (batch.length < together) continue;
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }
  return { batches: found(), unreadable: () => unreadable };
}

/** The files that were picked, those of a picked folder under its name. */
export const pickedFiles = (files: FileList | null): Found[] =>
  [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

const asFile = (handle: FileSystemHandle | null | undefined): FileSystemFileHandle | undefined =>
  handle?.kind === 'file' ? (handle as FileSystemFileHandle) : undefined;

/** Depth first, with a list of folders to come instead of a call within a call. */
async function* walk(root: FileSystemDirectoryEntry, onUnreadable: () => void): AsyncGenerator<Found> {
  const folders = [{ folder: root, path: root.name }];
  for (let next = folders.pop(); next; next = folders.pop()) {
    const reader = next.folder.createReader();
    for (;;) {
      const entries = await new Promise<FileSystemEntry[] | null>((resolve) => reader.readEntries(resolve, () => resolve(null)));
      if (entries === null) onUnreadable();
      if (!entries || entries.length === 0) break;
      for (const entry of entries) {
        const path = `${next.path}/${entry.name}`;
        if (entry.isDirectory) folders.push({ folder: entry as FileSystemDirectoryEntry, path });
        else {
          const file = await new Promise<File | null>((resolve) => (entry as FileSystemFileEntry).file(resolve, () => resolve(null)));
          if (file) yield { path, file };
          else onUnreadable();
        }
      }
    }
  }
}
