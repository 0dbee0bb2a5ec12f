import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { all } from '../api/all';
import { call, newKey } from '../api/client';
import type { Backfill, Delivery, Integration, IntegrationInput, Trial, Webhook } from '../api/contract';
import type { Problem } from '../api/problem';
import { usePages } from '../api/usePages';

/** Those on one drive; all for null. */
export const useIntegrations = (driveId: string | null) =>
  useQuery<Integration[], Problem>({
    queryKey: ['integrations', driveId],
    queryFn: ({ signal }) => all<Integration>(`/api/integrations${driveId ? `?driveId=${driveId}` : ''}`, signal),
  });

/** Webhooks are an admin's business; nobody else may list them. */
export const useWebhooks = (enabled: boolean) =>
  useQuery<Webhook[], Problem>({ queryKey: ['webhooks'], enabled, queryFn: ({ signal }) => all<Webhook>('/api/webhooks', signal) });

export const useIntegrationDeliveries = (id: string) =>
  usePages<Delivery>(['deliveries', id], `/api/integrations/${id}/deliveries`, { limit: 20, every: 5000 });

/** What a pattern would have matched; asked anew once the person has stopped typing. */
export const useTrial = (of: { driveId: string; folder: string; pattern: string } | null) =>
  useQuery<Trial, Problem>({
    queryKey: ['trial', of],
    enabled: of !== null,
    retry: false,
    staleTime: 10_000,
    placeholderData: (before) => before,
    queryFn: ({ signal }) => call<Trial>('/api/integrations/trial', { method: 'POST', body: of, signal }),
  });

/** How far the telling of what was there has come; asked until it has ended. */
export const useBackfill = (integration: Integration) =>
  useQuery<Backfill, Problem>({
    queryKey: ['backfill', integration.id],
    enabled: integration.backfill,
    retry: false,
    queryFn: ({ signal }) => call<Backfill>(`/api/integrations/${integration.id}/backfill`, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'completed' ? false : 3_000),
  });

function useForget(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ['integrations'] });
}

export function useCreateIntegration() {
  const forget = useForget();
  return useMutation<Integration, Problem, IntegrationInput>({
    mutationFn: (body) => call<Integration>('/api/integrations', { method: 'POST', body, idempotencyKey: newKey() }),
    onSuccess: forget,
  });
}

export function usePause() {
  const forget = useForget();
  return useMutation<Integration, Problem, Integration>({
    mutationFn: ({ id, paused }) => call<Integration>(`/api/integrations/${id}`, { method: 'PATCH', body: { paused: !paused } }),
    onSuccess: forget,
  });
}

export function useDeleteIntegration() {
  const forget = useForget();
  return useMutation<void, Problem, Integration>({
    mutationFn: ({ id }) => call(`/api/integrations/${id}`, { method: 'DELETE' }),
    onSuccess: forget,
  });
}
