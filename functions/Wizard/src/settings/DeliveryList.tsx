import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { Delivery, DeliveryStatus } from '../api/contract';
import type { Problem } from '../api/problem';
import { Button } from '../shell/controls';
import { formatDateTime, formatDuration, formatRelative } from '../shell/format';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useRedeliver } from './queries';
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
      {redeliver.error && <ProblemNotice error={redeliver.error} />}
      <ul className="setting-list" aria-label="Deliveries">
        {query.data.map((delivery) => (
          <li key={delivery.id} className="delivery">
            <div className="row between">
              <div className="stack tight">
                <p>
                  <span className={`pill ${delivery.status === 'dead' ? 'warn-pill' : ''}`}>{words[delivery.status]}</span> <span className="mono">{delivery.type}</span>
                </p>
                <p className="quiet">
                  {formatDateTime(delivery.createdAt)} · tried {delivery.tries} {delivery.tries === 1 ? 'time' : 'times'}
                  {delivery.status === 'pending' && delivery.nextAttemptAt && ` · next ${formatRelative(delivery.nextAttemptAt)}`}
                </p>
              </div>
              <div className="setting-actions">
                {delivery.attempts.length > 0 && (
                  <Button size="small" appearance="subtle" aria-expanded={open === delivery.id} onClick={() => setOpen(open === delivery.id ? null : delivery.id)}>
                    {open === delivery.id ? 'Hide tries' : 'Show tries'}
                  </Button>
                )}
                {redeliverAt && (
                  <Button size="small" disabled={redeliver.isPending} onClick={() => redeliver.mutate(delivery.id)} aria-label={`Redeliver ${delivery.type} of ${formatDateTime(delivery.createdAt)}`}>
                    Redeliver
                  </Button>
                )}
              </div>
            </div>
            {open === delivery.id && (
              <ol className="tries">
                {delivery.attempts.map((attempt) => (
                  <li key={attempt.at}>
                    {formatDateTime(attempt.at)} · {attempt.status === null ? 'no answer' : `answered ${attempt.status}`} after {formatDuration(attempt.durationMs)}
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
