import type { HealthStatus } from '../api/contract';
import { healthWords } from '../drives/Health';
import { formatDay } from '../shell/format';
import { worstOf, type Day } from './spans';
import './health.css';

/** Thirty days as bars: colour and height say how the drive was, from the morning (left) to the night (right) of each day. */
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
              <span
                key={span.from}
                className={`timeline-span t-${span.status}`}
                style={{ insetInlineStart: `${(100 * (span.from - day.from)) / (day.to - day.from)}%`, inlineSize: `${(100 * (span.to - span.from)) / (day.to - day.from)}%` }}
              />
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
