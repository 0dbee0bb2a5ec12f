import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call, newKey } from '../api/client';
import type { FileEntry, FileReference } from '../api/contract';
import type { Problem } from '../api/problem';
import { usePages } from '../api/usePages';

export const useFolder = (driveId: string, path: string) =>
  usePages<FileEntry>(['files', driveId, path], `/api/drives/${driveId}/files${path === '' ? '' : `?path=${encodeURIComponent(path)}`}`, { limit: 100 });

/** What is known of the drive's folders is out of date. */
export function useForgetFiles(driveId: string): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ['files', driveId] });
}

export const useDeleteFile = (driveId: string) => {
  const forget = useForgetFiles(driveId);
  return useMutation<void, Problem, FileEntry>({
    mutationFn: (file) => call(`/api/drives/${driveId}/content?path=${encodeURIComponent(file.path)}`, { method: 'DELETE', ...(file.etag ? { headers: { 'If-Match': file.etag } } : {}) }),
    onSettled: forget,
  });
};

/** Has the browser fetch a file straight from S3. */
export const useDownload = (driveId: string) =>
  useMutation<void, Problem, string>({
    mutationFn: async (path) => {
      const { url } = await call<{ url: string }>(`/api/drives/${driveId}/download-links`, { method: 'POST', body: { path, expiresInSeconds: 300 }, idempotencyKey: newKey() });
      const link = document.createElement('a');
      link.href = url;
      link.rel = 'noreferrer';
      link.click();
    },
  });

export const useReference = (driveId: string) =>
  useMutation<FileReference, Problem, string>({ mutationFn: (path) => call<FileReference>(`/api/drives/${driveId}/references`, { method: 'POST', body: { path }, idempotencyKey: newKey() }) });

export const useFindReference = () => useMutation<FileReference, Problem, string>({ mutationFn: (id) => call<FileReference>(`/api/files/${encodeURIComponent(id)}`) });
