import { useState } from 'react';
import Ask from '../shell/Ask';
import { Field, Input } from '../shell/controls';
import { useMakeFolder } from './operations';
import { join } from './paths';

interface Props {
  driveId: string;
  folder: string;
  onClose: () => void;
  onMade: (name: string) => void;
}

export default function MakeFolder({ driveId, folder, onClose, onMade }: Props) {
  const [name, setName] = useState('');
  const make = useMakeFolder(driveId);
  const wrong = make.error?.fieldMessage('path');
  return (
    <Ask
      title="New folder"
      act="Make the folder"
      acting="Making …"
      busy={make.isPending}
      disabled={name === ''}
      error={wrong ? null : make.error}
      onClose={onClose}
      onAct={() => make.mutate(join(folder, name), { onSuccess: () => onMade(name) })}
    >
      <Field label="Name" validationState={wrong ? 'error' : 'none'} validationMessage={wrong}>
        <Input name="folder-name" value={name} autoComplete="off" spellCheck={false} onChange={(_, data) => setName(data.value)} />
      </Field>
    </Ask>
  );
}
