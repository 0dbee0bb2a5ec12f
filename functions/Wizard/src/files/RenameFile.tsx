import { useState } from 'react';
import Ask from '../shell/Ask';
import { Field, Input } from '../shell/controls';
import { shown } from '../shell/shown';
import type { Listed } from './FileRow';
import { useTransfer } from './operations';
import { join, nameOf, parentOf } from './paths';

export default function RenameFile({ driveId, file, onClose }: { driveId: string; file: Listed; onClose: () => void }) {
  const before = nameOf(file.path);
  const [name, setName] = useState(before);
  const move = useTransfer(driveId, 'moves');
  const wrong = name.includes('/') ? 'A name has no slash; to move it, use “Move or copy”.' : move.error?.fieldMessage('to');
  const from = file.type === 'folder' ? `${file.path}/` : file.path;
  return (
    <Ask
      title={`Rename ${shown(before)}`}
      act="Rename"
      acting="Beginning …"
      busy={move.isPending}
      disabled={name === '' || name === before || name.includes('/')}
      error={wrong ? null : move.error}
      onClose={onClose}
      onAct={() => move.mutate([{ from, to: join(parentOf(file.path), name), toDriveId: driveId }], { onSuccess: onClose })}
    >
      <Field
        label="New name"
        hint={
          file.type === 'folder'
            ? 'S3 has no rename: each file in it is copied and then deleted. That goes on by itself, and can be cancelled.'
            : undefined
        }
        validationState={wrong ? 'error' : 'none'}
        validationMessage={wrong}
      >
        <Input name="new-name" value={name} autoComplete="off" spellCheck={false} onChange={(_, data) => setName(data.value)} />
      </Field>
    </Ask>
  );
}
