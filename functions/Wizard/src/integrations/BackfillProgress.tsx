import type { Integration } from '../api/contract';
import { formatNumber, formatRelative } from '../shell/format';
import { useBackfill } from './queries';

/** How far the telling of what was there has come. */
export function BackfillProgress({ integration }: { integration: Integration }) {
  const { data } = useBackfill(integration);
  if (!data) return null;
  const files = `${formatNumber(data.sent)} of ${formatNumber(data.looked)} files`;
  return (
    <p className="quiet">
      {data.status === 'completed'
        ? `What was there before was told of as well: ${files}, ${formatRelative(data.completedAt ?? data.startedAt)}.`
        : `What was there before is being told of${integration.paused ? ' once it goes on' : ''}: ${files} so far.`}
    </p>
  );
}
