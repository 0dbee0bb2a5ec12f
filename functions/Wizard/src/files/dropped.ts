/** The files that were dropped, those in folders under their folders' names. */
export async function droppedFiles(data: DataTransfer): Promise<{ path: string; file: File }[]> {
  // Entries have to be taken before the first await: the list is emptied when the event is over.
  const entries = [...data.items].filter((item) => item.kind === 'file').map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: { path: string; file: File }[] = [];
  for (const { entry, file } of entries) {
    if (entry) await walk(entry, '', found);
    else if (file) found.push({ path: file.name, file });
  }
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: { path: string; file: File }[]): Promise<void> {
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  if (entry.isFile) {
    found.push({ path, file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const child of some) await walk(child, path, found);
  }
}
