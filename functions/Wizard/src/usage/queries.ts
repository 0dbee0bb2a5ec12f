import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client';
import type { Usage } from '../api/contract';
import type { Problem } from '../api/problem';

/** The last days of a drive, today included. */
export const useUsage = (driveId: string, days: number) =>
  useQuery<Usage, Problem>({
    queryKey: ['drive-usage', driveId, days],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - (days - 1) * 86_400_000).toISOString().slice(0, 10);
      return call<Usage>(`/api/drives/${driveId}/usage?from=${from}`, { signal });
    },
    refetchInterval: 60_000,
  });
