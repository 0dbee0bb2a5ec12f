import { lazy, Suspense } from 'react';
import { formatSize } from '../shell/format';
import { Loading } from '../shell/Loading';
import { ProblemNotice } from '../shell/ProblemNotice';
import { mostBytes } from './kinds';
import { NotShown } from './NotShown';
import type { Shown } from './Preview';
import { useBeginning } from './queries';

const Markdown = lazy(() => import('./Markdown'));
const Table = lazy(() => import('./Table'));

/** Files that are text: as it is, or as what it stands for. HTML is text here, and so is everything that a browser would run. */
export default function Text({ driveId, path, name, kind, size, onDownload }: Shown & { kind: keyof typeof mostBytes }) {
  const most = mostBytes[kind];
  const beginning = useBeginning(driveId, path, most, size);
  if (beginning.error) return <ProblemNotice error={beginning.error} retry={() => void beginning.refetch()} />;
  if (!beginning.data) return <Loading what="the file" lines={6} />;
  const { text, cut } = beginning.data;
  if (text === null)
    return (
      <NotShown
        why={kind === 'unknown' ? 'There is no preview of this kind of file.' : 'It isn’t the text that its name says.'}
        onDownload={onDownload}
      />
    );
  if (text === '') return <p className="lead">The file is empty.</p>;
  return (
    <>
      {cut && (
        <p className="preview-cut" role="note">
          Only the first {formatSize(most)}
          {size !== null && <> of {formatSize(size)}</>} are shown.
        </p>
      )}
      <Suspense fallback={<Loading what="the file" lines={6} />}>
        {kind === 'markdown' ? (
          <Markdown text={text} />
        ) : kind === 'csv' ? (
          <Table text={text} name={name} cut={cut} />
        ) : (
          <Plain text={kind === 'json' && !cut ? indented(text) : text} />
        )}
      </Suspense>
    </>
  );
}

const Plain = ({ text }: { text: string }) => <pre className="preview-text">{text}</pre>;

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
