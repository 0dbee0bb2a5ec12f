import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, newKey, send } from '../api/client';
import type { FileOperation, FolderSize, LeftFile, Page } from '../api/contract';
import type { Problem } from '../api/problem';
import { usePages } from '../api/usePages';
import { nameOf } from './paths';
import { useForgetFiles } from './queries';

const running = (driveId: string) => ['operations', driveId];

/** The drive's moves, copies and deletions that haven't ended: also those that somebody else began, or that were begun before a reload. */
export const useRunningOperations = (driveId: string) =>
  useQuery<FileOperation[], Problem>({
    queryKey: running(driveId),
    queryFn: async ({ signal }) => (await call<Page<FileOperation>>(`/api/drives/${driveId}/operations?running=true&limit=100`, { signal })).items,
    staleTime: 15_000,
  });

export const pathOfOperation = (operation: FileOperation): string => `/api/drives/${operation.driveId}/operations/${operation.id}`;

export const isOver = (operation: FileOperation): boolean => operation.status !== 'running';

export const useLeft = (operation: FileOperation) => usePages<LeftFile>(['left', operation.id], `${pathOfOperation(operation)}/left`);

export interface Transfer {
  from: string;
  to: string;
  toDriveId: string;
}

/** Begins moves or copies, one after the other. */
export function useTransfer(driveId: string, what: 'moves' | 'copies') {
  const queries = useQueryClient();
  return useMutation<FileOperation[], Problem, Transfer[]>({
    mutationFn: async (transfers) => {
      const begun: FileOperation[] = [];
      for (const body of transfers) begun.push(await call<FileOperation>(`/api/drives/${driveId}/${what}`, { method: 'POST', body, idempotencyKey: newKey() }));
      return begun;
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: running(driveId) }),
  });
}

export const useMakeFolder = (driveId: string) => {
  const forget = useForgetFiles(driveId);
  return useMutation<void, Problem, string>({ mutationFn: (path) => call(`/api/drives/${driveId}/folders`, { method: 'POST', body: { path }, idempotencyKey: newKey() }), onSuccess: forget });
};

/** How much lies below folders. */
export const useFolderSizes = (driveId: string, folders: string[]) =>
  useQuery<FolderSize, Problem>({
    queryKey: ['files', driveId, 'sizes', ...folders],
    queryFn: async ({ signal }) => {
      const sizes = await Promise.all(folders.map((path) => call<FolderSize>(`/api/drives/${driveId}/folders?path=${encodeURIComponent(path)}`, { signal })));
      return sizes.reduce((all, size) => ({ path: all.path, files: all.files + size.files, bytes: all.bytes + size.bytes, more: all.more || size.more }));
    },
    enabled: folders.length > 0,
  });

/** Deletes files at once, and begins to delete folders. */
export function useDeleteMany(driveId: string) {
  const queries = useQueryClient();
  const forget = useForgetFiles(driveId);
  return useMutation<void, Problem, { files: string[]; folders: string[] }>({
    mutationFn: async ({ files, folders }) => {
      for (const path of files) await call(`/api/drives/${driveId}/content?path=${encodeURIComponent(path)}`, { method: 'DELETE' });
      for (const path of folders) await call(`/api/drives/${driveId}/deletions`, { method: 'POST', body: { path, confirmation: nameOf(path) }, idempotencyKey: newKey() });
    },
    onSettled: () => {
      forget();
      void queries.invalidateQueries({ queryKey: running(driveId) });
    },
  });
}

export const useCancelOperation = () => useMutation<FileOperation, Problem, FileOperation>({ mutationFn: (operation) => call<FileOperation>(pathOfOperation(operation), { method: 'DELETE' }) });

/** Files and folders as one ZIP, which the browser saves. */
export const useArchive = (driveId: string) =>
  useMutation<void, Problem, { paths: string[]; name: string }>({
    mutationFn: async ({ paths, name }) => {
      const query = new URLSearchParams(paths.map((path) => ['path', path]));
      const answer = await send(`/api/drives/${driveId}/archive?${query}`, { timeout: 3_600_000 });
      const url = URL.createObjectURL(await answer.blob());
      const link = document.createElement('a');
      link.href = url;
      link.download = `${name}.zip`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
  });
