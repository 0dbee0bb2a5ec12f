import { ProgressBar } from '@fluentui/react-components';
import { CheckmarkCircleFilled, DismissRegular, WarningFilled } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import type { FileOperation } from '../api/contract';
import { useWatched } from '../api/useWatched';
import { Button } from '../shell/controls';
import { formatNumber, formatSize } from '../shell/format';
import { More } from '../shell/More';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { nameOf } from './paths';
import { isOver, pathOfOperation, useCancelOperation, useDismissOperation, useLeft, useShownOperations } from './operations';

/** What is being moved, copied or deleted, and what came of it while one looked. */
export default function OperationList({ driveId, onEnded }: { driveId: string; onEnded: () => void }) {
  const shownNow = useShownOperations(driveId);
  const dismiss = useDismissOperation(driveId);
  const [seen, setSeen] = useState<FileOperation[]>([]);
  const [gone, setGone] = useState<string[]>([]);
  useEffect(() => {
    const fresh = shownNow.filter((operation) => !seen.some((known) => known.id === operation.id));
    if (fresh.length > 0) setSeen([...seen, ...fresh]);
  }, [shownNow, seen]);
  const listed = seen.filter((operation) => !gone.includes(operation.id));
  if (listed.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="operations-title">
      <h2 id="operations-title" className="section-title">
        Moved, copied and deleted
      </h2>
      <ul className="uploads" aria-label="Moves, copies and deletions">
        {listed.map((operation) => (
          <li key={operation.id} className="upload">
            <Row begun={operation} onEnded={onEnded} onDismiss={() => (dismiss(operation), setGone([...gone, operation.id]))} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const verbs = { move: ['Moving', 'Moved'], copy: ['Copying', 'Copied'], delete: ['Deleting', 'Deleted'] } as const;

function Row({ begun, onEnded, onDismiss }: { begun: FileOperation; onEnded: () => void; onDismiss: () => void }) {
  const watched = useWatched<FileOperation>(pathOfOperation(begun), isOver);
  const cancel = useCancelOperation();
  const now = watched.value ?? begun;
  const over = isOver(now);
  const [doing, done] = verbs[now.kind];
  const name = shown(nameOf(now.from));
  useEffect(() => {
    if (over) onEnded();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it is over
  }, [over]);
  const share = now.total.bytes > 0 ? now.done.bytes / now.total.bytes : now.total.files > 0 ? now.done.files / now.total.files : 0;
  const words =
    now.status === 'completed'
      ? `${done} ${name}`
      : now.status === 'cancelled'
        ? `${doing} ${name} was cancelled`
        : now.status === 'stopped'
          ? `${doing} ${name} was stopped`
          : `${doing} ${name}`;
  return (
    <>
      <span className="upload-name">
        {now.status === 'completed' && now.left.files === 0 && <CheckmarkCircleFilled className="ok" aria-hidden="true" />}
        {over && (now.status !== 'completed' || now.left.files > 0) && <WarningFilled aria-hidden="true" />}
        <span role="status">
          {words}
          {now.to !== null && ` to ${shown(now.to)}`}
        </span>
      </span>
      <span className="upload-actions">
        {over ? (
          <Button size="small" appearance="subtle" icon={<DismissRegular />} aria-label={`Dismiss ${words}`} onClick={onDismiss} />
        ) : (
          <Button
            size="small"
            disabled={cancel.isPending || now.cancelling}
            aria-label={`Cancel ${doing.toLowerCase()} ${name}`}
            onClick={() => cancel.mutate(now, { onSuccess: watched.replace })}
          >
            {now.cancelling ? 'Cancelling …' : 'Cancel'}
          </Button>
        )}
      </span>
      {!over && <ProgressBar className="upload-bar" value={now.counted ? Math.min(share, 1) : undefined} aria-label={words} />}
      <span className="upload-note">
        {formatNumber(now.done.files)} of {formatNumber(now.total.files)}
        {!now.counted && ' or more'} · {formatSize(now.done.bytes)} of {formatSize(now.total.bytes)}
        {watched.offline && ' · The server doesn’t answer just now; the operation goes on once it does.'}
      </span>
      {now.problem && (
        <span className="upload-note failed" role="alert">
          {now.problem.detail}
        </span>
      )}
      {watched.problem && <ProblemNotice error={watched.problem} />}
      {cancel.error && <ProblemNotice error={cancel.error} />}
      {over && now.left.files > 0 && <Left operation={now} />}
    </>
  );
}

function Left({ operation }: { operation: FileOperation }) {
  const left = useLeft(operation);
  return (
    <details className="upload-bar">
      <summary>{operation.left.files === 1 ? '1 file was left' : `${formatNumber(operation.left.files)} files were left`}</summary>
      {left.error && <ProblemNotice error={left.error} retry={() => void left.refetch()} />}
      <ul className="plain-list">
        {left.data?.map((file) => (
          <li key={file.path}>
            <span className="mono">{shown(file.path)}</span>
            {file.underBoth && ' (under both names)'}: {file.detail}
          </li>
        ))}
      </ul>
      <More query={left} what="files" />
    </details>
  );
}
