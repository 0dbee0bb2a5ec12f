import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../api/client';
import type { Bucket } from '../api/contract';
import type { Problem } from '../api/problem';
import { checkBucket } from './awsShapes';

/** After this many milliseconds without another key, the name may be complete. */
const pause = 250;

const bucketQuery = (name: string) => ({
  queryKey: ['bucket', name],
  queryFn: ({ signal }: { signal: AbortSignal }) => call<Bucket>(`/api/buckets/${encodeURIComponent(name)}`, { signal, timeout: 5000 }),
  staleTime: 10_000,
  retry: false,
});

/** What S3 says of a bucket while its name is typed; null for as long as nothing is known. */
export function useBucket(typed: string): Bucket | null {
  const name = typed.trim();
  const [asked, ask] = useState(name);
  useEffect(() => {
    const timer = setTimeout(() => ask(name), pause);
    return () => clearTimeout(timer);
  }, [name]);
  const query = useQuery<Bucket, Problem>({ ...bucketQuery(asked), enabled: checkBucket(asked).ok });
  return query.data?.name === name ? query.data : null;
}

/** The same for a form that is submitted before the answer is there: waits a few seconds for it. */
export function useBucketNow(): (name: string) => Promise<Bucket | null> {
  const queries = useQueryClient();
  return (name) =>
    Promise.race([
      queries.fetchQuery(bucketQuery(name)).catch(() => null),
      new Promise<null>((resolve) => setTimeout(() => resolve(null), 2500)),
    ]);
}
