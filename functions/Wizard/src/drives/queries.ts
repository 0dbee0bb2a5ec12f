import { useQuery } from '@tanstack/react-query';
import { all } from '../api/all';
import { call } from '../api/client';
import type { DefaultDrive, Drive } from '../api/contract';

export const useDrives = () => useQuery({ queryKey: ['drives'], queryFn: ({ signal }) => all<Drive>('/api/drives', signal), refetchInterval: 60_000 });

export const useDrive = (id: string) => useQuery({ queryKey: ['drive', id], queryFn: ({ signal }) => call<Drive>(`/api/drives/${id}`, { signal }), refetchInterval: 60_000 });

export const useDefaultDrive = (workspaceId: string | null) =>
  useQuery({
    queryKey: ['default-drive', workspaceId],
    queryFn: ({ signal }) => call<DefaultDrive>(workspaceId ? `/api/workspaces/${workspaceId}/default-drive` : '/api/organization/default-drive', { signal }),
  });
