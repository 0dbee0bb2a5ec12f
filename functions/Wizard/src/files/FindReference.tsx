import { useState } from 'react';
import { Link } from 'wouter';
import Ask from '../shell/Ask';
import { Field, Input } from '../shell/controls';
import { formatDateTime, formatSize } from '../shell/format';
import { UserName } from '../shell/people';
import { shown } from '../shell/shown';
import { nameOf } from './paths';
import { useFindReference } from './queries';

/** Which file an id stands for. */
export default function FindReference({ onClose }: { onClose: () => void }) {
  const [id, setId] = useState('');
  const find = useFindReference();
  const found = find.data;
  const folder = found?.path.includes('/') ? found.path.slice(0, found.path.lastIndexOf('/')) : '';
  return (
    <Ask
      title="Find a file by its reference"
      act="Find"
      acting="Looking …"
      close="Close"
      busy={find.isPending}
      disabled={id.trim() === ''}
      error={find.error}
      onAct={() => find.mutate(id.trim())}
      onClose={onClose}
    >
      <Field label="Reference">
        <Input
          value={id}
          className="mono-input"
          placeholder="fil_…"
          autoComplete="off"
          spellCheck={false}
          onChange={(_, data) => setId(data.value)}
        />
      </Field>
      {found && (
        <dl className="facts" role="status">
          <dt>File</dt>
          <dd>
            <Link
              href={`/drives/${found.driveId}/files${folder ? `?path=${encodeURIComponent(folder)}` : ''}`}
              className="link"
              onClick={onClose}
            >
              {shown(nameOf(found.path))}
            </Link>
          </dd>
          <dt>Path</dt>
          <dd className="mono">{shown(found.path)}</dd>
          {found.size !== null && (
            <>
              <dt>Size</dt>
              <dd>{formatSize(found.size)}</dd>
            </>
          )}
          <dt>Referenced</dt>
          <dd>
            {formatDateTime(found.createdAt)} by <UserName id={found.createdBy} />
          </dd>
          <dt>Since then</dt>
          <dd>{found.changed ? 'The file has changed.' : 'Unchanged.'}</dd>
        </dl>
      )}
    </Ask>
  );
}
