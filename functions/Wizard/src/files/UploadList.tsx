import { ProgressBar } from '@fluentui/react-components';
import { ArrowClockwiseRegular, CheckmarkCircleFilled, DismissRegular } from '@fluentui/react-icons';
import { Button } from '../shell/controls';
import { formatSize } from '../shell/format';
import { shown } from '../shell/shown';
import { nameOf } from './paths';
import { isUnderWay, type Upload, type Uploads } from './uploads';

/** What is on its way to the drive, and what came of it. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  if (uploads.list.length === 0) return null;
  const underWay = uploads.list.filter(isUnderWay).length;
  const done = uploads.list.filter((upload) => upload.state === 'done').length;
  return (
    <section className="card stack" aria-labelledby="uploads-title">
      <div className="row between">
        <h2 id="uploads-title" className="section-title">
          <span role="status">
            {underWay > 0 ? `Uploading ${underWay} ${underWay === 1 ? 'file' : 'files'}` : `Uploaded ${done} of ${uploads.list.length} ${uploads.list.length === 1 ? 'file' : 'files'}`}
          </span>
        </h2>
        {underWay < uploads.list.length && (
          <Button size="small" appearance="subtle" onClick={uploads.clear}>
            Clear the list
          </Button>
        )}
      </div>
      <ul className="uploads" aria-label="Uploads">
        {uploads.list.map((upload) => (
          <li key={upload.id} className="upload">
            <Row upload={upload} uploads={uploads} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ upload, uploads }: { upload: Upload; uploads: Uploads }) {
  const name = shown(nameOf(upload.path));
  const share = upload.file.size === 0 ? 1 : upload.sent / upload.file.size;
  return (
    <>
      <span className="upload-name">
        {upload.state === 'done' && <CheckmarkCircleFilled className="ok" aria-hidden="true" />}
        {name}
      </span>
      <span className="upload-actions">
        {isUnderWay(upload) && <Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={`Cancel uploading ${name}`} onClick={() => uploads.cancel(upload)} />}
        {upload.state === 'exists' && (
          <>
            <Button size="small" onClick={() => uploads.again(upload, true)} aria-label={`Replace ${name}`}>
              Replace
            </Button>
            <Button size="small" appearance="subtle" onClick={() => uploads.cancel(upload)} aria-label={`Keep the present one, ${name}`}>
              Keep the present one
            </Button>
          </>
        )}
        {(upload.state === 'failed' || upload.state === 'cancelled') && (
          <Button size="small" icon={<ArrowClockwiseRegular />} onClick={() => uploads.again(upload, false)} aria-label={`Upload ${name} again`}>
            Try again
          </Button>
        )}
      </span>
      {upload.state === 'sending' && <ProgressBar className="upload-bar" value={share >= 1 ? undefined : share} aria-label={`Uploading ${name}`} />}
      <span className={upload.state === 'failed' ? 'upload-note failed' : 'upload-note'} role={upload.state === 'failed' ? 'alert' : undefined}>
        {noteOf(upload, share)}
      </span>
    </>
  );
}

function noteOf(upload: Upload, share: number): string {
  switch (upload.state) {
    case 'waiting':
      return `Waits for the others · ${formatSize(upload.file.size)}`;
    case 'sending':
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
