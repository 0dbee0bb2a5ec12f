import { useQueryClient } from '@tanstack/react-query';
import { ChevronDownRegular, ChevronUpRegular, DismissRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Drive } from '../api/contract';
import { drivesQuery } from '../drives/queries';
import { Button } from '../shell/controls';
import { formatNumber, formatSize } from '../shell/format';
import { useNotice } from '../shell/notices';
import { Interrupted } from './Interrupted';
import { useInterrupted } from './interruptions';
import { showUploads } from './presence';
import { Progress } from './Progress';
import type { Snapshot } from './queue';
import { timeLeft } from './speed';
import { useRefusingDrives } from './transfer';
import { UploadRows } from './UploadRows';
import { uploads } from './uploads';
import './uploads.css';

const CorsRule = lazy(() => import('./CorsRule'));

/** Milliseconds between two looks at the folders while files arrive; with many on their way it is longer. */
const refresh = { few: 1_000, many: 8_000 };

/** What is on its way to the drives, at the edge of the window: over the page, and never in its way. */
export default function UploadDock() {
  const now = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
  const interrupted = useInterrupted();
  const refusing = useRefusingDrives();
  const [open, setOpen] = useState(true);
  const [rule, setRule] = useState<string | null>(null);
  const { counts, rows } = now;
  const queries = useQueryClient();
  const notice = useNotice();
  useFreshFolders(now);
  const underWay = counts.waiting + counts.sending;
  const total = underWay + counts.done + counts.failed + counts.exists + counts.cancelled;
  const refusingDrive = [...refusing]
    .map((id) => queries.getQueryData<Drive>(['drive', id]) ?? queries.getQueryData(drivesQuery.queryKey)?.find((drive) => drive.id === id))
    .find((drive) => drive !== undefined);
  const left = timeLeft(now.left, now.speed);
  if (total === 0 && interrupted.length === 0) return null;
  return (
    <section className="dock" aria-labelledby="uploads-title">
      <div className="dock-head">
        <h2 id="uploads-title" className="dock-title">
          <span role="status">{titleOf(counts, underWay, total, interrupted.length)}</span>
        </h2>
        {underWay > 0 && (
          <Button size="small" appearance="subtle" onClick={() => uploads.cancelAll()}>
            Cancel all
          </Button>
        )}
        <Button
          size="small"
          appearance="subtle"
          icon={open ? <ChevronDownRegular /> : <ChevronUpRegular />}
          aria-label="Show the uploads"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
        {underWay === 0 && interrupted.length === 0 && (
          <Button
            size="small"
            appearance="subtle"
            icon={<DismissRegular />}
            aria-label="Clear the list"
            title="Clear the list"
            onClick={() => {
              uploads.clear();
              showUploads(false);
            }}
          />
        )}
      </div>
      {underWay > 0 && (
        <>
          <Progress share={now.sent + now.left === 0 ? 0 : now.sent / (now.sent + now.left)} label="All uploads" />
          <p className="dock-pace">
            {now.offline
              ? 'No network. They go on by themselves.'
              : [`${formatSize(now.sent)} of ${formatSize(now.sent + now.left)}`, now.speed !== null && `${formatSize(now.speed)}/s`, left]
                  .filter(Boolean)
                  .join(' · ')}
          </p>
        </>
      )}
      {open && (
        <div className="dock-body">
          {refusingDrive && (
            <p className="dock-hint">
              {refusingDrive.displayName}: large files take the longer way through the server, as the bucket has no CORS rule for this site.{' '}
              <button type="button" className="link" onClick={() => setRule(refusingDrive.id)}>
                Show the rule
              </button>
            </p>
          )}
          <Interrupted />
          {(counts.exists > 1 || counts.failed > 1) && (
            <p className="row tight-row">
              {counts.exists > 1 && (
                <>
                  <Button size="small" onClick={() => uploads.allAgain('exists')}>
                    Replace all {formatNumber(counts.exists)}
                  </Button>
                  <Button size="small" appearance="subtle" onClick={() => uploads.keepAll()}>
                    Keep all
                  </Button>
                </>
              )}
              {counts.failed > 1 && (
                <Button size="small" onClick={() => uploads.allAgain('failed')}>
                  Try all {formatNumber(counts.failed)} again
                </Button>
              )}
            </p>
          )}
          <UploadRows rows={rows} counts={counts} />
        </div>
      )}
      {rule !== null && refusingDrive && (
        <Suspense>
          <CorsRule
            drive={refusingDrive}
            onClose={() => setRule(null)}
            onDone={() => {
              setRule(null);
              notice('The next large file is sent to the bucket directly again.');
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

function titleOf(counts: Snapshot['counts'], underWay: number, total: number, interrupted: number): string {
  const files = (count: number) => `${formatNumber(count)} ${count === 1 ? 'file' : 'files'}`;
  if (underWay > 0) return `Uploading ${files(underWay)}`;
  if (total === 0) return `${files(interrupted)} to go on with`;
  const rest = [
    counts.exists > 0 && `${formatNumber(counts.exists)} to decide on`,
    counts.failed > 0 && `${formatNumber(counts.failed)} failed`,
  ].filter(Boolean);
  return [`Uploaded ${formatNumber(counts.done)} of ${files(total)}`, ...rest].join(', ');
}

/** Folders are looked at anew as files arrive in them; not for each of thousands. */
function useFreshFolders({ stored, counts }: Snapshot): void {
  const queries = useQueryClient();
  const seen = useRef(new Map<string, number>());
  const last = useRef(0);
  const every = counts.waiting > 20 ? refresh.many : refresh.few;
  useEffect(() => {
    const changed = [...stored].filter(([drive, count]) => seen.current.get(drive) !== count);
    if (changed.length === 0) return;
    const look = () => {
      last.current = Date.now();
      for (const [drive, count] of changed) {
        seen.current.set(drive, count);
        void queries.invalidateQueries({ queryKey: ['files', drive] });
      }
    };
    const timer = setTimeout(look, Math.max(0, last.current + every - Date.now()));
    return () => clearTimeout(timer);
  }, [stored, every, queries]);
}
