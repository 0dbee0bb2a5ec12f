import { ArrowClockwiseRegular, CheckmarkCircleFilled, DismissRegular } from '@fluentui/react-icons';
import { nameOf } from '../files/paths';
import { Button } from '../shell/controls';
import { formatNumber, formatSize } from '../shell/format';
import { shown } from '../shell/shown';
import { Progress } from './Progress';
import type { Snapshot, Upload } from './queue';
import { uploads } from './uploads';

/** What is on its way, what needs an answer, what comes next and what came last; of thousands, some dozens. */
export function UploadRows({ rows, counts }: Pick<Snapshot, 'rows' | 'counts'>) {
  const listed = (...states: Upload['state'][]) => rows.filter((upload) => states.includes(upload.state)).length;
  const stopped = counts.failed + counts.exists + counts.cancelled - listed('failed', 'exists', 'cancelled');
  const more = [
    [counts.waiting - listed('waiting'), 'wait'],
    [stopped, 'stopped'],
    [counts.done - listed('done'), 'stored'],
  ] as const;
  return (
    <>
      <ul className="uploads" aria-label="Uploads">
        {rows.map((upload) => (
          <li key={upload.id} className="upload">
            <Row upload={upload} />
          </li>
        ))}
      </ul>
      {more.some(([count]) => count > 0) && (
        <p className="upload-more">
          And{' '}
          {more
            .filter(([count]) => count > 0)
            .map(([count, word]) => `${formatNumber(count)} more ${word}`)
            .join(', ')}
          .
        </p>
      )}
    </>
  );
}

function Row({ upload }: { upload: Readonly<Upload> }) {
  const name = shown(nameOf(upload.path));
  const share = upload.file.size === 0 ? 1 : Math.min(1, upload.sent / upload.file.size);
  return (
    <>
      <span className="upload-name" title={shown(upload.path)}>
        {upload.state === 'done' && <CheckmarkCircleFilled className="ok" aria-hidden="true" />}
        <span>{name}</span>
      </span>
      <span className="upload-actions">
        {(upload.state === 'waiting' || upload.state === 'sending') && (
          <Button
            size="small"
            appearance="subtle"
            icon={<DismissRegular />}
            title="Cancel"
            aria-label={`Cancel uploading ${name}`}
            onClick={() => uploads.cancel(upload.id)}
          />
        )}
        {upload.state === 'exists' && (
          <>
            <Button size="small" onClick={() => uploads.again(upload.id, true)} aria-label={`Replace ${name}`}>
              Replace
            </Button>
            <Button size="small" appearance="subtle" onClick={() => uploads.cancel(upload.id)} aria-label={`Keep the present one, ${name}`}>
              Keep
            </Button>
          </>
        )}
        {(upload.state === 'failed' || upload.state === 'cancelled') && (
          <Button
            size="small"
            appearance="subtle"
            icon={<ArrowClockwiseRegular />}
            onClick={() => uploads.again(upload.id, false)}
            aria-label={`Upload ${name} again`}
          >
            Try again
          </Button>
        )}
      </span>
      {upload.state === 'sending' && <Progress share={share} label={`Uploading ${name}`} />}
      <span
        className={upload.state === 'failed' ? 'upload-note failed' : 'upload-note'}
        role={upload.state === 'failed' ? 'alert' : undefined}
      >
        {noteOf(upload, share)}
      </span>
    </>
  );
}

function noteOf(upload: Readonly<Upload>, share: number): string {
  switch (upload.state) {
    case 'waiting':
      return `Waits for the others · ${formatSize(upload.file.size)}`;
    case 'sending':
      if (upload.offline) return `No network. It goes on by itself · ${formatSize(upload.sent)} of ${formatSize(upload.file.size)}`;
      return share >= 1 ? 'Sent; being stored …' : `${formatSize(upload.sent)} of ${formatSize(upload.file.size)}`;
    case 'done':
      return `Stored · ${formatSize(upload.file.size)}`;
    case 'exists':
      return 'There is a file of this name already. Nothing was changed.';
    case 'cancelled':
      return 'Cancelled; nothing was stored.';
    case 'failed':
      return upload.problem?.message ?? 'That didn’t work.';
  }
}
