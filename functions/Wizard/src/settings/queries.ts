import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { all } from '../api/all';
import { call, newKey } from '../api/client';
import type { Delivery, Group, Member, Page, Requeued, Webhook, Workspace, WorkspaceRole } from '../api/contract';
import type { Problem } from '../api/problem';
import { usePages } from '../api/usePages';

export const useWorkspaces = () =>
  useQuery<Workspace[], Problem>({ queryKey: ['workspaces'], queryFn: ({ signal }) => all<Workspace>('/api/workspaces', signal) });

function useForgetWorkspaces(): () => void {
  const queries = useQueryClient();
  return () => {
    for (const key of ['workspaces', 'me', 'members', 'groups']) void queries.invalidateQueries({ queryKey: [key] });
  };
}

export function useCreateWorkspace() {
  const forget = useForgetWorkspaces();
  return useMutation<Workspace, Problem, { name: string; id?: string }>({
    mutationFn: (body) => call<Workspace>('/api/workspaces', { method: 'POST', body, idempotencyKey: newKey() }),
    onSuccess: forget,
  });
}

export function useRenameWorkspace() {
  const forget = useForgetWorkspaces();
  return useMutation<Workspace, Problem, { id: string; name: string }>({
    mutationFn: ({ id, name }) => call<Workspace>(`/api/workspaces/${id}`, { method: 'PATCH', body: { name } }),
    onSuccess: forget,
  });
}

export function useDeleteWorkspace() {
  const forget = useForgetWorkspaces();
  return useMutation<void, Problem, string>({ mutationFn: (id) => call(`/api/workspaces/${id}`, { method: 'DELETE' }), onSuccess: forget });
}

export const useMembers = (workspaceId: string) =>
  useQuery<Member[], Problem>({
    queryKey: ['members', workspaceId],
    enabled: workspaceId !== '',
    queryFn: ({ signal }) => all<Member>(`/api/workspaces/${workspaceId}/members`, signal),
  });

export function usePutMember(workspaceId: string) {
  const forget = useForgetWorkspaces();
  return useMutation<Member, Problem, { userId: string; role: WorkspaceRole }>({
    mutationFn: ({ userId, role }) =>
      call<Member>(`/api/workspaces/${workspaceId}/members/${encodeURIComponent(userId)}`, { method: 'PUT', body: { role } }),
    onSuccess: forget,
  });
}

export function useRemoveMember(workspaceId: string) {
  const forget = useForgetWorkspaces();
  return useMutation<void, Problem, string>({
    mutationFn: (userId) => call(`/api/workspaces/${workspaceId}/members/${encodeURIComponent(userId)}`, { method: 'DELETE' }),
    onSuccess: forget,
  });
}

/** The groups that the workspace admits. */
export const useGroups = (workspaceId: string) =>
  useQuery<Group[], Problem>({
    queryKey: ['groups', workspaceId],
    enabled: workspaceId !== '',
    queryFn: ({ signal }) => all<Group>(`/api/workspaces/${workspaceId}/groups`, signal),
  });

export function usePutGroup(workspaceId: string) {
  const forget = useForgetWorkspaces();
  return useMutation<Group, Problem, { groupId: string; role: WorkspaceRole; name?: string }>({
    mutationFn: ({ groupId, ...body }) =>
      call<Group>(`/api/workspaces/${workspaceId}/groups/${encodeURIComponent(groupId)}`, { method: 'PUT', body }),
    onSuccess: forget,
  });
}

export function useRemoveGroup(workspaceId: string) {
  const forget = useForgetWorkspaces();
  return useMutation<void, Problem, string>({
    mutationFn: (groupId) => call(`/api/workspaces/${workspaceId}/groups/${encodeURIComponent(groupId)}`, { method: 'DELETE' }),
    onSuccess: forget,
  });
}

function useForgetWebhooks(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ['webhooks'] });
}

export function useCreateWebhook() {
  const forget = useForgetWebhooks();
  return useMutation<Webhook, Problem, { url: string; description?: string; events: string[] }>({
    mutationFn: (body) => call<Webhook>('/api/webhooks', { method: 'POST', body, idempotencyKey: newKey() }),
    onSuccess: forget,
  });
}

export function useDeleteWebhook() {
  const forget = useForgetWebhooks();
  return useMutation<void, Problem, string>({ mutationFn: (id) => call(`/api/webhooks/${id}`, { method: 'DELETE' }), onSuccess: forget });
}

export function useTestWebhook() {
  const queries = useQueryClient();
  return useMutation<unknown, Problem, string>({
    mutationFn: (id) => call(`/api/webhooks/${id}/test`, { method: 'POST', idempotencyKey: newKey() }),
    onSuccess: (_, id) => void queries.invalidateQueries({ queryKey: ['deliveries', id] }),
  });
}

export const useWebhookDeliveries = (id: string) =>
  usePages<Delivery>(['deliveries', id], `/api/webhooks/${id}/deliveries`, { limit: 20, every: 5000 });

/** How many dead letters there are, as far as one page says. */
export const useDeadLetters = (path: string) =>
  useQuery<number, Problem>({
    queryKey: ['deliveries', 'dead', path],
    queryFn: async ({ signal }) => (await call<Page<Delivery>>(`${path}?status=dead&limit=100`, { signal })).items.length,
    refetchInterval: 5000,
  });

/** Sends all dead letters once more. */
export function useRedeliverDead(path: string) {
  const queries = useQueryClient();
  return useMutation<Requeued, Problem, void>({
    mutationFn: () => call<Requeued>(`${path}/redeliver`, { method: 'POST', idempotencyKey: newKey() }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['deliveries'] }),
  });
}

/** Sends an event once more. */
export function useRedeliver(path: string) {
  const queries = useQueryClient();
  return useMutation<Delivery, Problem, string>({
    mutationFn: (id) => call<Delivery>(`${path}/${id}/redeliver`, { method: 'POST', idempotencyKey: newKey() }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['deliveries'] }),
  });
}
