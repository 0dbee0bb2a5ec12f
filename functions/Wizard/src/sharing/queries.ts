import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, newKey } from '../api/client';
import type { MadeShare, Share, SharedFile, SharingSetting, UnlockedShare } from '../api/contract';
import type { Problem } from '../api/problem';
import { usePages } from '../api/usePages';

/** The links that were made to a file. */
export const useShares = (driveId: string, path: string) =>
  usePages<Share>(['shares', driveId, path], `/api/drives/${driveId}/shares?path=${encodeURIComponent(path)}`);

function useForgetShares(driveId: string): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ['shares', driveId] });
}

export const useMakeShare = (driveId: string) => {
  const forget = useForgetShares(driveId);
  return useMutation<MadeShare, Problem, { path: string; expiresInHours: number; once: boolean; password: string | null }>({
    mutationFn: (body) => call<MadeShare>(`/api/drives/${driveId}/shares`, { method: 'POST', body, idempotencyKey: newKey() }),
    onSuccess: forget,
  });
};

export const useRevokeShare = (driveId: string) => {
  const forget = useForgetShares(driveId);
  return useMutation<void, Problem, string>({
    mutationFn: (id) => call(`/api/drives/${driveId}/shares/${id}`, { method: 'DELETE' }),
    onSettled: forget,
  });
};

const at = (token: string) => `/api/shares/${encodeURIComponent(token)}`;

/** What whoever has the link sees. */
export const useSharedFile = (token: string) =>
  useQuery<SharedFile, Problem>({
    queryKey: ['shared', token],
    queryFn: ({ signal }) => call<SharedFile>(at(token), { signal, anonymous: true }),
  });

/** Has the browser download the file, as it does with any attachment. */
export const useDownloadShared = (token: string) =>
  useMutation<void, Problem, string>({
    mutationFn: async (password) => {
      const { url } = await call<UnlockedShare>(`${at(token)}/unlock`, {
        method: 'POST',
        body: { password: password === '' ? null : password },
        anonymous: true,
      });
      const link = document.createElement('a');
      link.href = url;
      link.rel = 'noreferrer';
      link.click();
    },
  });

const setting = ['sharing'];

/** Whether the organization lets files be shared. */
export const useSharingSetting = () =>
  useQuery<SharingSetting, Problem>({
    queryKey: setting,
    queryFn: ({ signal }) => call<SharingSetting>('/api/organization/sharing', { signal }),
  });

export function useChangeSharing() {
  const queries = useQueryClient();
  return useMutation<SharingSetting, Problem, boolean>({
    mutationFn: (allowed) => call<SharingSetting>('/api/organization/sharing', { method: 'PUT', body: { allowed } }),
    onSuccess: (now) => queries.setQueryData(setting, now),
  });
}
