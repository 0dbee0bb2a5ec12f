import type { HealthStatus } from '../api/contract';
import { healthWords } from '../drives/Health';
import { formatDay } from '../shell/format';
import { worstOf, type Day } from './spans';
import './health.css';

/** Thirty days as bars: colour and height say how the drive was in the part of each day of which something is known, from its morning (left) to its night (right). */
export function Timeline({ days }: { days: Day[] }) {
  const first = days[0]!;
  const troubled = days.filter((day) => ['degraded', 'unreachable'].includes(worstOf(day) ?? ''));
  const summary =
    troubled.length === 0
      ? 'No trouble in the last 30 days.'
      : `Trouble on ${troubled.length} of the last 30 days: ${new Intl.ListFormat().format(troubled.map((day) => `${formatDay(day.from)} (${words(worstOf(day)).toLocaleLowerCase()})`))}.`;
  return (
    <figure className="timeline">
      <div className="timeline-bars" role="img" aria-label={summary}>
        {days.map((day) => (
          <div key={day.from} className="timeline-day" title={`${formatDay(day.from)}: ${words(worstOf(day))}`}>
            {day.spans.map((span) => (
              <span key={span.from} className={`timeline-span t-${span.status}`} style={{ flexGrow: (span.to - span.from) / day.known }} />
            ))}
          </div>
        ))}
      </div>
      <div className="timeline-ends" aria-hidden="true">
        <span>{formatDay(first.from)}</span>
        <span>Today</span>
      </div>
      <figcaption className="timeline-legend">
        {(['healthy', 'degraded', 'unreachable', 'unknown'] as const).map((status) => (
          <span key={status}>
            <span className={`timeline-key t-${status}`} aria-hidden="true" />
            {healthWords[status]}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

const words = (status: HealthStatus | null): string => (status ? healthWords[status] : 'Not connected yet, or nothing known');
