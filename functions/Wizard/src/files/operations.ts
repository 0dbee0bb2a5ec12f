import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call, newKey, send } from '../api/client';
import type { FileOperation, FolderSize, LeftFile, Page } from '../api/contract';
import type { Problem } from '../api/problem';
import { usePages } from '../api/usePages';
import { nameOf } from './paths';
import { useForgetFiles } from './queries';

const runningOn = (driveId: string) => ['operations', driveId];

const begunHere = (driveId: string) => ['begun-operations', driveId];

/** One that has ended before anybody could ask what runs is shown, too. */
const noteBegun = (queries: QueryClient, driveId: string, operation: FileOperation): void =>
  void queries.setQueryData<FileOperation[]>(begunHere(driveId), (known = []) => [...known, operation]);

/** The drive's moves, copies and deletions: what was begun here, and what hasn't ended, by somebody else or from before a reload. */
export function useShownOperations(driveId: string): FileOperation[] {
  const begun = useQuery<FileOperation[]>({
    queryKey: begunHere(driveId),
    queryFn: () => [],
    initialData: [],
    enabled: false,
    gcTime: Infinity,
  }).data;
  const running = useQuery<FileOperation[], Problem>({
    queryKey: runningOn(driveId),
    queryFn: async ({ signal }) =>
      (await call<Page<FileOperation>>(`/api/drives/${driveId}/operations?running=true&limit=100`, { signal })).items,
    staleTime: 15_000,
  }).data;
  return useMemo(
    () => [...begun, ...(running ?? []).filter((operation) => !begun.some((known) => known.id === operation.id))],
    [begun, running],
  );
}

/** What was begun here is shown until it is dismissed. */
export function useDismissOperation(driveId: string): (operation: FileOperation) => void {
  const queries = useQueryClient();
  return (operation) =>
    void queries.setQueryData<FileOperation[]>(begunHere(driveId), (known = []) => known.filter((one) => one.id !== operation.id));
}

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
      for (const body of transfers) {
        const operation = await call<FileOperation>(`/api/drives/${driveId}/${what}`, { method: 'POST', body, idempotencyKey: newKey() });
        noteBegun(queries, driveId, operation);
        begun.push(operation);
      }
      return begun;
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: runningOn(driveId) }),
  });
}

export const useMakeFolder = (driveId: string) => {
  const forget = useForgetFiles(driveId);
  return useMutation<void, Problem, string>({
    mutationFn: (path) => call(`/api/drives/${driveId}/folders`, { method: 'POST', body: { path }, idempotencyKey: newKey() }),
    onSuccess: forget,
  });
};

/** How much lies below folders. */
export const useFolderSizes = (driveId: string, folders: string[]) =>
  useQuery<FolderSize, Problem>({
    queryKey: ['files', driveId, 'sizes', ...folders],
    queryFn: async ({ signal }) => {
      const sizes = await Promise.all(
        folders.map((path) => call<FolderSize>(`/api/drives/${driveId}/folders?path=${encodeURIComponent(path)}`, { signal })),
      );
      return sizes.reduce((all, size) => ({
        path: all.path,
        files: all.files + size.files,
        bytes: all.bytes + size.bytes,
        more: all.more || size.more,
      }));
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
      for (const path of folders)
        noteBegun(
          queries,
          driveId,
          await call<FileOperation>(`/api/drives/${driveId}/deletions`, {
            method: 'POST',
            body: { path, confirmation: nameOf(path) },
            idempotencyKey: newKey(),
          }),
        );
    },
    onSettled: () => {
      forget();
      void queries.invalidateQueries({ queryKey: runningOn(driveId) });
    },
  });
}

export const useCancelOperation = () =>
  useMutation<FileOperation, Problem, FileOperation>({
    mutationFn: (operation) => call<FileOperation>(pathOfOperation(operation), { method: 'DELETE' }),
  });

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
