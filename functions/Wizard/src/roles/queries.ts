import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { all } from '../api/all';
import { call, newKey } from '../api/client';
import type { Audience, IamRole } from '../api/contract';
import type { Problem } from '../api/problem';

/** Roles that drives of a workspace may use; all that the person may see for null. */
export const useRoles = (workspaceId: string | null) =>
  useQuery<IamRole[], Problem>({
    queryKey: ['roles', workspaceId],
    queryFn: ({ signal }) => all<IamRole>(`/api/roles${workspaceId ? `?workspaceId=${encodeURIComponent(workspaceId)}` : ''}`, signal),
  });

export function useCreateRole() {
  const queries = useQueryClient();
  return useMutation<IamRole, Problem, { audience: Audience; displayName?: string }>({
    mutationFn: (body) => call<IamRole>('/api/roles', { method: 'POST', body, idempotencyKey: newKey() }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['roles'] }),
  });
}

/** What people call a role. */
export const roleName = (role: IamRole): string => role.displayName ?? role.roleArn?.split('/').at(-1) ?? role.id;
