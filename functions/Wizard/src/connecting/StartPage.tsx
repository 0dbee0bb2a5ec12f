import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { Loading } from '../shell/Loading';
import { useTitle } from '../shell/useTitle';
import { isChangeable, isOpen, useConnection } from './queries';
import { StartForm } from './StartForm';
import { connectionOf, currentVisit } from './visit';

/** What is asked before the connection exists; and once more, as long as nothing has been applied for it. */
export default function StartPage() {
  useTitle('Add data source');
  const [search] = useSearchParams();
  const visit = currentVisit();
  const id = search.get('connection') ?? connectionOf(visit);
  return id === null ? <StartForm visit={visit} before={null} /> : <Again key={id} id={id} visit={visit} />;
}

function Again({ id, visit }: { id: string; visit: string }) {
  const { value: connection, problem } = useConnection(id);
  const [cancelled] = useState(() => problem);
  if (!connection && !problem) return <Loading what="the connection" lines={4} height={80} />;
  const before = connection && !cancelled && isOpen(connection) && isChangeable(connection) ? connection : null;
  return <StartForm key={before?.id ?? 'new'} visit={visit} before={before} />;
}
