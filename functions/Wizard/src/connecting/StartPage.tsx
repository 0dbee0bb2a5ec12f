import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { call } from '../api/client';
import type { Connection } from '../api/contract';
import type { Problem } from '../api/problem';
import { Loading } from '../shell/Loading';
import { useTitle } from '../shell/useTitle';
import { isChangeable, isOpen } from './queries';
import { StartForm } from './StartForm';
import { connectionOf, currentVisit } from './visit';

/** What is asked before the connection exists; and once more, as long as nothing has been applied for it. */
export default function StartPage() {
  useTitle('Add data source');
  const [search] = useSearchParams();
  const visit = currentVisit();
  const id = connectionOf(visit) ?? search.get('connection');
  return id === null ? <StartForm visit={visit} before={null} /> : <Again key={id} id={id} visit={visit} />;
}

function Again({ id, visit }: { id: string; visit: string }) {
  // Read once: while this form changes the connection's answers, nothing else changes the connection.
  const query = useQuery<Connection, Problem>({
    queryKey: ['connection-to-change', id],
    queryFn: ({ signal }) => call<Connection>(`/api/connections/${encodeURIComponent(id)}`, { signal }),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (query.isPending) return <Loading what="the connection" lines={4} height={80} />;
  const before = query.data && isOpen(query.data) && isChangeable(query.data) ? query.data : null;
  return <StartForm key={before?.id ?? 'new'} visit={visit} before={before} />;
}
