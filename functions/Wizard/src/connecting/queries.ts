import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { all } from '../api/all';
import { call, newKey, send } from '../api/client';
import type { CallbackLink, ConfigurationInput, Connection, ConnectionStart, IamRole, SetupFormat, Step } from '../api/contract';
import { asProblem, type Problem } from '../api/problem';

export const isOpen = (connection: Connection): boolean => ['awaitingTrustPolicy', 'awaitingConfiguration', 'awaitingBucketPolicy', 'verifying'].includes(connection.status);

export const useConnections = () => useQuery({ queryKey: ['connections'], queryFn: ({ signal }) => all<Connection>('/api/connections', signal) });

export const useRoles = (workspaceId: string | null) =>
  useQuery({
    queryKey: ['roles', workspaceId],
    queryFn: ({ signal }) => all<IamRole>(`/api/roles${workspaceId ? `?workspaceId=${encodeURIComponent(workspaceId)}` : ''}`, signal),
  });

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

/** The connection as it is now, and again whenever it changes: a long poll that survives restarts of the server. */
export function useConnection(id: string): { connection: Connection | null; problem: Problem | null; offline: boolean; replace: (connection: Connection) => void } {
  const [connection, setConnection] = useState<Connection | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [offline, setOffline] = useState(false);
  const [turn, setTurn] = useState(0);
  const queries = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    void (async () => {
      let etag = '';
      let failures = 0;
      while (!stop.signal.aborted) {
        try {
          const response = await send(`/api/connections/${id}${etag ? '?wait=20' : ''}`, {
            signal: stop.signal,
            timeout: 40_000,
            ...(etag ? { headers: { 'If-None-Match': etag } } : {}),
          });
          failures = 0;
          setOffline(false);
          if (response.status === 304) continue;
          const next = (await response.json()) as Connection;
          const nextTag = response.headers.get('etag') ?? '';
          setConnection(next);
          setProblem(null);
          if (!isOpen(next)) {
            void queries.invalidateQueries({ queryKey: ['drives'] });
            void queries.invalidateQueries({ queryKey: ['connections'] });
            return;
          }
          if (!nextTag || nextTag === etag) await pause(1500);
          etag = nextTag;
        } catch (error) {
          if (stop.signal.aborted) return;
          const known = asProblem(error);
          if (!known.passing && known.status !== 500) {
            setProblem(known);
            return;
          }
          failures++;
          setOffline(true);
          await pause(Math.min(1000 * 2 ** failures, 15_000));
        }
      }
    })();
    return () => stop.abort();
  }, [id, queries, turn]);
  return {
    connection,
    problem,
    offline,
    replace: (next) => {
      setConnection(next);
      setTurn((value) => value + 1);
    },
  };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export const useConfigure = (id: string) =>
  useMutation<Connection, Problem, ConfigurationInput>({ mutationFn: (body) => call<Connection>(`/api/connections/${id}/configuration`, { method: 'PUT', body }) });

export const useConfirm = (id: string, step: Step) =>
  useMutation<Connection, Problem, void>({ mutationFn: () => call<Connection>(`/api/connections/${id}/confirmations/${step}`, { method: 'POST', body: {} }) });

export const useCancel = (id: string) => useMutation<Connection | undefined, Problem, void>({ mutationFn: () => call(`/api/connections/${id}`, { method: 'DELETE' }) });

export const useCallbackLink = (id: string) =>
  useMutation<CallbackLink, Problem, { step: Step; expiresInHours: number }>({
    mutationFn: (body) => call<CallbackLink>(`/api/connections/${id}/callback-links`, { method: 'POST', body, idempotencyKey: newKey() }),
  });

export const useRevokeLinks = (id: string) => useMutation<void, Problem, void>({ mutationFn: () => call(`/api/connections/${id}/callback-links`, { method: 'DELETE' }) });

export const useMergedPolicy = (id: string) =>
  useMutation<unknown, Problem, unknown>({ mutationFn: (present) => call(`/api/connections/${id}/merged-bucket-policy`, { method: 'POST', body: present }) });

export const useSetup = (id: string, format: SetupFormat, status: string, attempt: number) =>
  useQuery({
    queryKey: ['setup', id, format, status, attempt],
    queryFn: async ({ signal }) => (await send(`/api/connections/${id}/setup?format=${format}`, { signal })).text(),
    staleTime: Infinity,
  });
