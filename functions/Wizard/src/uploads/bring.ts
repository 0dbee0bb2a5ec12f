import { join } from '../files/paths';
import { pickedFiles, type FoundFiles } from './dropped';
import { takenUp } from './interruptions';
import type { Found } from './queue';
import { uploads } from './uploads';

/** Begins to upload what was picked. */
export const bringPicked = (driveId: string, folder: string, files: FileList | null): void => bring(driveId, folder, pickedFiles(files));

/** Begins to upload what was dropped, while the rest of it is still being found. @returns How many files couldn’t be read. */
export async function bringDropped(driveId: string, folder: string, found: FoundFiles): Promise<number> {
  for await (const batch of found.batches) bring(driveId, folder, batch);
  return found.unreadable();
}

function bring(driveId: string, folder: string, files: readonly Found[]): void {
  for (const { path, file } of files) takenUp(driveId, join(folder, path), file);
  uploads.add(driveId, folder, files);
}
