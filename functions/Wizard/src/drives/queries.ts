import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { all } from '../api/all';
import { call, newKey } from '../api/client';
import type { DefaultDrive, Drive, VerificationReport } from '../api/contract';
import type { Problem } from '../api/problem';

export const drivesQuery = queryOptions<Drive[], Problem>({
  queryKey: ['drives'],
  queryFn: ({ signal }) => all<Drive>('/api/drives', signal),
  refetchInterval: ({ state }) => nextLook(state.data),
});

export const useDrives = () => useQuery(drivesQuery);

export const useDrive = (id: string) =>
  useQuery<Drive, Problem>({
    queryKey: ['drive', id],
    queryFn: ({ signal }) => call<Drive>(`/api/drives/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => nextLook(state.data ? [state.data] : []),
  });

/** A drive that is being removed is gone within seconds, and the page shows that. */
const nextLook = (drives: Drive[] = []) => (drives.some((drive) => drive.state === 'disconnecting') ? 1_500 : 60_000);

/** The default drive that counts; of the organization for null. */
export const useDefaultDrive = (workspaceId: string | null) =>
  useQuery<DefaultDrive, Problem>({
    queryKey: ['default-drive', workspaceId],
    queryFn: ({ signal }) =>
      call<DefaultDrive>(workspaceId ? `/api/workspaces/${workspaceId}/default-drive` : '/api/organization/default-drive', { signal }),
  });

export const useVerifyAgain = (driveId: string) =>
  useMutation<VerificationReport, Problem, void>({
    mutationFn: () => call<VerificationReport>(`/api/drives/${driveId}/verifications`, { method: 'POST', idempotencyKey: newKey() }),
  });

/** Takes or gives back the default of a workspace, or takes the organization's. */
export function useSetDefault() {
  const forget = useForgetDrives();
  return useMutation<void, Problem, { target: string; driveId: string | null }>({
    mutationFn: ({ target, driveId }) =>
      call(
        target === 'organization' ? '/api/organization/default-drive' : `/api/workspaces/${target}/default-drive`,
        driveId === null ? { method: 'DELETE' } : { method: 'PUT', body: { driveId } },
      ),
    onSuccess: forget,
  });
}

/** What is known of drives is out of date. */
export function useForgetDrives(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const key of ['drives', 'drive', 'default-drive', 'drive-health']) void queries.invalidateQueries({ queryKey: [key] });
  };
}
