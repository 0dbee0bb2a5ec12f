import { useMemo } from 'react';
import type { Drive } from '../api/contract';
import { Health } from '../drives/Health';
import { formatDateTime, formatPercent, formatRelative } from '../shell/format';
import { Loading } from '../shell/Loading';
import { ProblemNotice } from '../shell/ProblemNotice';
import { Sentence } from '../shell/Sentence';
import { useHealth } from './queries';
import { daysOf, healthyShare, spansOf } from './spans';
import { Timeline } from './Timeline';
import './health.css';

const days = 30;

/** How the drive is and was. */
export default function HealthTab({ drive }: { drive: Drive }) {
  const query = useHealth(drive.id);
  const health = query.data;
  const drawn = useMemo(() => {
    if (!health) return null;
    const now = Date.now();
    const from = now - days * 86_400_000;
    // A drive that never changed has no history yet; what it is, it has been since then.
    const history =
      health.history.length > 0
        ? health.history
        : health.since
          ? [{ at: health.since, status: health.status, problem: health.problem }]
          : [];
    const spans = spansOf(history, from, now);
    return { days: daysOf(spans, now, days), share: healthyShare(spans), changes: [...history].reverse() };
  }, [health]);
  if (query.error && !health) return <ProblemNotice error={query.error} retry={() => void query.refetch()} />;
  if (!health || !drawn) return <Loading what="the drive’s health" lines={2} height={150} />;
  return (
    <div className="stack">
      <section className="card stack wide" aria-labelledby="health-title">
        <div className="row between">
          <div className="stack tight">
            <h2 id="health-title" className="section-title">
              Last {days} days
            </h2>
            <p className="quiet">
              {health.checkedAt
                ? `Checked ${formatRelative(health.checkedAt)}, and every few minutes.`
                : 'Not checked yet; the first check comes within minutes.'}
            </p>
          </div>
          <p className="stat">
            <strong>{drawn.share === null ? '–' : formatPercent(drawn.share)}</strong>
            <span className="quiet">of the time healthy</span>
          </p>
        </div>
        <Timeline days={drawn.days} />
      </section>
      <section className="card stack" aria-labelledby="changes-title">
        <h2 id="changes-title" className="section-title">
          Changes
        </h2>
        {drawn.changes.length === 0 ? (
          <p className="lead">Nothing has changed since the drive was connected.</p>
        ) : (
          <ul className="changes">
            {drawn.changes.map((change) => (
              <li key={`${change.at} ${change.status}`}>
                <Health status={change.status} />
                <div className="stack tight">
                  <time dateTime={change.at}>{formatDateTime(change.at)}</time>
                  {change.problem && (
                    <div className="quiet">
                      <Sentence text={change.problem} />
                    </div>
                  )}
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}
