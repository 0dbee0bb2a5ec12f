import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';
import type { HealthHistory } from '../api/contract';
import type { Problem } from '../api/problem';

export const useHealth = (driveId: string) =>
  useQuery<HealthHistory, Problem>({
    queryKey: ['drive-health', driveId],
    queryFn: ({ signal }) => call<HealthHistory>(`/api/drives/${driveId}/health`, { signal }),
    refetchInterval: 60_000,
  });
