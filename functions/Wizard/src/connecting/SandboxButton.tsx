import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { call } from '../api/client';
import type { Connection } from '../api/contract';
import type { Problem } from '../api/problem';
import { Button } from '../shell/controls';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { connectFromSandbox, sandboxBucket, type SandboxBucket } from './sandbox';

/** On one machine there is a sandbox in AWS's place: one of its buckets is connected by one button, so that a first run has something to show. */
export function SandboxButton() {
  const person = usePerson();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const bucket = useQuery({ queryKey: ['sandbox'], queryFn: sandboxBucket, staleTime: Infinity, retry: false });
  const connect = useMutation<Connection, Problem, SandboxBucket>({
    mutationFn: (found) =>
      connectFromSandbox(found, person.workspaceId ?? person.me.workspaces[0]?.id ?? null, (path, body, idempotencyKey) =>
        call<Connection>(path, { method: 'POST', body, idempotencyKey }),
      ),
    onSuccess: (connection) => {
      void queries.invalidateQueries({ queryKey: ['connections'] });
      go(`/connections/${connection.id}`);
    },
  });
  if (!bucket.data || (person.me.workspaces.length === 0 && !person.isAdmin)) return null;
  return (
    <div className="stack tight sandbox">
      <p className="quiet">No AWS account at hand? This machine has a sandbox in its place.</p>
      <div>
        <Button disabled={connect.isPending} onClick={() => connect.mutate(bucket.data!)}>
          {connect.isPending ? 'Connecting …' : 'Connect a bucket of the sandbox'}
        </Button>
      </div>
      {connect.error && <ProblemNotice error={connect.error} />}
    </div>
  );
}
