import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { Delivery, DeliveryStatus } from '../api/contract';
import type { Problem } from '../api/problem';
import { Code } from '../shell/Code';
import { Button } from '../shell/controls';
import { formatDateTime, formatDuration, formatRelative } from '../shell/format';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useNotice } from '../shell/notices';
import { useDeadLetters, useRedeliver, useRedeliverDead } from './queries';
import './settings.css';

const words: Record<DeliveryStatus, string> = { pending: 'On its way', delivered: 'Delivered', dead: 'Given up' };

interface Props {
  query: UseInfiniteQueryResult<Delivery[], Problem>;
  /** Where to ask for another try; null for who may not. */
  redeliverAt: string | null;
  none: string;
}

/** What was sent, and how often it was tried. */
export function DeliveryList({ query, redeliverAt, none }: Props) {
  const redeliver = useRedeliver(redeliverAt ?? '');
  const [open, setOpen] = useState<string | null>(null);
  if (query.error && !query.data) return <ProblemNotice error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Loading what="the deliveries" lines={3} height={56} />;
  if (query.data.length === 0) return <p className="none">{none}</p>;
  return (
    <>
      {redeliverAt && <DeadLetters path={redeliverAt} />}
      {redeliver.error && <ProblemNotice error={redeliver.error} />}
      <ul className="setting-list" aria-label="Deliveries">
        {query.data.map((delivery) => (
          <li key={delivery.id} className="delivery">
            <div className="row between">
              <div className="stack tight">
                <p>
                  <span className={`pill ${delivery.status === 'dead' ? 'warn-pill' : ''}`}>{words[delivery.status]}</span>{' '}
                  <span className="mono">{delivery.type}</span>
                </p>
                <p className="quiet">
                  {formatDateTime(delivery.createdAt)} · tried {delivery.tries} {delivery.tries === 1 ? 'time' : 'times'}
                  {delivery.status === 'pending' && delivery.nextAttemptAt && ` · next ${formatRelative(delivery.nextAttemptAt)}`}
                </p>
              </div>
              <div className="setting-actions">
                <Button
                  size="small"
                  appearance="subtle"
                  aria-expanded={open === delivery.id}
                  aria-label={`${open === delivery.id ? 'Hide' : 'Show'} details of ${delivery.type} of ${formatDateTime(delivery.createdAt)}`}
                  onClick={() => setOpen(open === delivery.id ? null : delivery.id)}
                >
                  {open === delivery.id ? 'Hide details' : 'Show details'}
                </Button>
                {redeliverAt && (
                  <Button
                    size="small"
                    disabled={redeliver.isPending}
                    onClick={() => redeliver.mutate(delivery.id)}
                    aria-label={`Redeliver ${delivery.type} of ${formatDateTime(delivery.createdAt)}`}
                  >
                    Redeliver
                  </Button>
                )}
              </div>
            </div>
            {open === delivery.id && (
              <Code text={pretty(delivery)} what="Body" title={delivery.bodyIsCut ? 'Body, its beginning' : 'Body'} />
            )}
            {open === delivery.id && delivery.attempts.length > 0 && (
              <ol className="tries">
                {delivery.attempts.map((attempt) => (
                  <li key={attempt.at}>
                    {formatDateTime(attempt.at)} · {attempt.status === null ? 'no answer' : `answered ${attempt.status}`} after{' '}
                    {formatDuration(attempt.durationMs)}
                    {attempt.error && <span className="quiet block">{attempt.error}</span>}
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ul>
      <More query={query} what="deliveries" />
    </>
  );
}

/** What was sent, indented; just as it was sent where it is not whole. */
function pretty({ body, bodyIsCut }: Delivery): string {
  try {
    return bodyIsCut ? body : JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function DeadLetters({ path }: { path: string }) {
  const { data: dead = 0 } = useDeadLetters(path);
  const again = useRedeliverDead(path);
  const notice = useNotice();
  if (again.error) return <ProblemNotice error={again.error} />;
  if (dead === 0) return null;
  return (
    <div className="row between dead-letters">
      <p>
        {dead === 1 ? 'One delivery was given up.' : `${dead >= 100 ? '100 deliveries or more were' : `${dead} deliveries were`} given up.`}
      </p>
      <Button
        size="small"
        disabled={again.isPending}
        onClick={() =>
          again.mutate(undefined, {
            onSuccess: ({ queued, mayBeMore }) =>
              notice(`${queued}${mayBeMore ? ' or more' : ''} ${queued === 1 ? 'delivery is' : 'deliveries are'} sent again.`),
          })
        }
      >
        {again.isPending ? 'Queueing …' : 'Redeliver all'}
      </Button>
    </div>
  );
}
