import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { call, newKey } from '../api/client';
import type { FileEntry, FileOrDeleted, FileReference, FileVersion, Page } from '../api/contract';
import type { Problem } from '../api/problem';
import { usePages } from '../api/usePages';
import { listingOf, pageOfFolder } from './paths';

export const useFolder = (driveId: string, path: string, enabled: boolean) =>
  usePages<FileEntry>(['files', driveId, path], listingOf(driveId, path), { limit: pageOfFolder, enabled });

/** A folder with the files that were deleted in it. */
export const useFolderWithDeleted = (driveId: string, path: string, enabled: boolean) =>
  useKept<FileOrDeleted>(
    ['files', driveId, path, 'deleted'],
    `/api/drives/${driveId}/files-with-deleted?path=${encodeURIComponent(path)}`,
    enabled,
  );

/** What the bucket keeps of a file, the newest first. */
export const useVersions = (driveId: string, path: string) =>
  useKept<FileVersion>(['files', driveId, path, 'versions'], `/api/drives/${driveId}/versions?path=${encodeURIComponent(path)}`, true);

/** A list of what the bucket keeps, and whether it keeps anything; null where that can’t be told. */
function useKept<T>(key: readonly unknown[], path: string, enabled: boolean) {
  return useInfiniteQuery<
    Page<T> & { versioned: boolean | null },
    Problem,
    { items: T[]; versioned: boolean | null },
    readonly unknown[],
    string | null
  >({
    queryKey: key,
    enabled,
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) => call(`${path}&limit=100${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''}`, { signal }),
    getNextPageParam: (page) => page.nextCursor,
    select: ({ pages }) => ({
      items: pages.flatMap((page) => page.items),
      versioned: pages.reduce<boolean | null>((known, page) => (known === true ? true : (page.versioned ?? known)), null),
    }),
  });
}

/** Makes the file what it was: a version of it again, or there again where it was deleted. */
export const useRestore = (driveId: string) => {
  const forget = useForgetFiles(driveId);
  return useMutation<void, Problem, { path: string; versionId?: string }>({
    mutationFn: ({ path, versionId }) =>
      call(
        `/api/drives/${driveId}/${versionId === undefined ? 'undelete' : `versions/${encodeURIComponent(versionId)}/restore`}?path=${encodeURIComponent(path)}`,
        { method: 'POST', timeout: 300_000, idempotencyKey: newKey() },
      ),
    onSettled: forget,
  });
};

/** What is known of the drive's folders is out of date. */
export function useForgetFiles(driveId: string): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ['files', driveId] });
}

export const useDeleteFile = (driveId: string) => {
  const forget = useForgetFiles(driveId);
  return useMutation<void, Problem, FileEntry>({
    mutationFn: (file) =>
      call(`/api/drives/${driveId}/content?path=${encodeURIComponent(file.path)}`, {
        method: 'DELETE',
        ...(file.etag ? { headers: { 'If-Match': file.etag } } : {}),
      }),
    onSettled: forget,
  });
};

/** Has the browser fetch a file straight from S3. */
export const useDownload = (driveId: string) =>
  useMutation<void, Problem, { path: string; versionId?: string }>({
    mutationFn: async ({ path, versionId }) => {
      const { url } = await call<{ url: string }>(`/api/drives/${driveId}/download-links`, {
        method: 'POST',
        body: { path, versionId, expiresInSeconds: 300 },
        idempotencyKey: newKey(),
      });
      const link = document.createElement('a');
      link.href = url;
      link.rel = 'noreferrer';
      link.click();
    },
  });

export const useReference = (driveId: string) =>
  useMutation<FileReference, Problem, string>({
    mutationFn: (path) =>
      call<FileReference>(`/api/drives/${driveId}/references`, { method: 'POST', body: { path }, idempotencyKey: newKey() }),
  });

export const useFindReference = () =>
  useMutation<FileReference, Problem, string>({ mutationFn: (id) => call<FileReference>(`/api/files/${encodeURIComponent(id)}`) });
