import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from './client';
import type { Page } from './contract';
import type { Problem } from './problem';

interface Options {
  limit?: number;
  /** Milliseconds between two looks; left out for none. */
  every?: number | false;
  enabled?: boolean;
}

/** A list that is read page by page, as the person asks for more. */
export function usePages<T>(key: readonly unknown[], path: string, { limit = 50, every = false, enabled = true }: Options = {}) {
  const query = useInfiniteQuery<Page<T>, Problem, T[], readonly unknown[], string | null>({
    queryKey: key,
    enabled,
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(limit), ...(pageParam ? { cursor: pageParam } : {}) });
      return call<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}${query}`, { signal });
    },
    getNextPageParam: (page) => page.nextCursor,
    select: (data) => data.pages.flatMap((page) => page.items),
    refetchInterval: every,
  });
  return query;
}
