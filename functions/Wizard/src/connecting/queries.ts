import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { all } from '../api/all';
import { call, newKey } from '../api/client';
import type { CallbackLink, CallbackStep, ConfigurationInput, Connection, ConnectionStart, Step } from '../api/contract';
import { asProblem, type Problem } from '../api/problem';
import { useWatched } from '../api/useWatched';

export const isOpen = (connection: Connection): boolean =>
  ['awaitingTrustPolicy', 'awaitingConfiguration', 'awaitingBucketPolicy', 'verifying'].includes(connection.status);

/** Whether name, audience and method can still be changed: nothing has been applied in AWS for them. */
export const isChangeable = ({ status, attempt, authentication, configuration, confirmed }: Connection): boolean =>
  !confirmed &&
  (authentication.method === 'accessKey'
    ? status === 'awaitingConfiguration'
    : (status === 'awaitingTrustPolicy' && attempt === 1) ||
      (status === 'awaitingConfiguration' && authentication.roleArn != null && configuration?.roleArn == null));

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: ({ signal }) => all<Connection>('/api/connections', signal),
});

export const useConnections = () => useQuery(connectionsQuery);

export function useStart() {
  const key = useRef(newKey());
  const body = useRef('');
  return useMutation<Connection, Problem, ConnectionStart>({
    mutationFn: (start) => {
      // The same form sent twice is one wish; a corrected one is another.
      const text = JSON.stringify(start);
      if (text !== body.current) key.current = newKey();
      body.current = text;
      return call<Connection>('/api/connections', { method: 'POST', body: start, idempotencyKey: key.current });
    },
  });
}

/** Ends a connection for which nothing was applied, and begins another in its place. */
export function useRestart(before: Connection | null) {
  const queries = useQueryClient();
  return useMutation<Connection, Problem, ConnectionStart>({
    mutationFn: async (wanted) => {
      if (before)
        await call(`/api/connections/${before.id}`, { method: 'DELETE' }).catch((error: unknown) =>
          asProblem(error).code === 'step-not-open' ? undefined : Promise.reject(asProblem(error)),
        );
      for (let tries = 0; ; tries++) {
        try {
          return await call<Connection>('/api/connections', { method: 'POST', body: wanted, idempotencyKey: newKey() });
        } catch (error) {
          // The name is free again once the other one has ended, which takes a moment.
          const problem = asProblem(error);
          if (problem.code !== 'name-taken' || tries >= 10) throw problem;
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
      }
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['connections'] }),
  });
}

const isClosed = (connection: Connection) => !isOpen(connection);

/** The connection as it is now, and again whenever it changes. */
export function useConnection(id: string) {
  const queries = useQueryClient();
  const watched = useWatched<Connection>(`/api/connections/${id}`, isClosed);
  const now = watched.value;
  const closed = now !== null && isClosed(now);
  useEffect(() => {
    // The list of drives shows what is open, and would offer to go on with what has just ended.
    if (now) queries.setQueryData(connectionsQuery.queryKey, (list) => list?.map((other) => (other.id === now.id ? now : other)));
  }, [now, queries]);
  useEffect(() => {
    if (!closed) return;
    for (const key of ['drives', 'connections', 'roles']) void queries.invalidateQueries({ queryKey: [key], refetchType: 'all' });
  }, [closed, queries]);
  return watched;
}

export const useConfigure = (id: string) =>
  useMutation<Connection, Problem, ConfigurationInput>({
    mutationFn: (body) => call<Connection>(`/api/connections/${id}/configuration`, { method: 'PUT', body }),
  });

export const useConfirm = (id: string, step: Step) =>
  useMutation<Connection, Problem, { roleArn: string; bucketPolicyApplied: true } | void>({
    mutationFn: (body) => call<Connection>(`/api/connections/${id}/confirmations/${step}`, { method: 'POST', body: body ?? {} }),
  });

export const useStopVerification = (id: string) =>
  useMutation<Connection, Problem, void>({
    mutationFn: () => call<Connection>(`/api/connections/${id}/verification/stop`, { method: 'POST' }),
  });

export const useCancel = (id: string) =>
  useMutation<Connection | undefined, Problem, void>({ mutationFn: () => call(`/api/connections/${id}`, { method: 'DELETE' }) });

export const useCallbackLink = (id: string) =>
  useMutation<CallbackLink, Problem, { step: CallbackStep; expiresInHours: number }>({
    mutationFn: (body) => call<CallbackLink>(`/api/connections/${id}/callback-links`, { method: 'POST', body, idempotencyKey: newKey() }),
  });

export const useRevokeLinks = (id: string) =>
  useMutation<void, Problem, void>({ mutationFn: () => call(`/api/connections/${id}/callback-links`, { method: 'DELETE' }) });

export const useMergedPolicy = (path: string, anonymous: boolean) =>
  useMutation<unknown, Problem, unknown>({ mutationFn: (present) => call(path, { method: 'POST', body: present, anonymous }) });
