import { useState } from 'react';
import type { Workspace } from '../api/contract';
import Ask from '../shell/Ask';
import { Field, Input } from '../shell/controls';
import { useDone } from '../shell/useDone';
import { useCreateWorkspace, useDeleteWorkspace, useRenameWorkspace } from './queries';

/** A new workspace, or a new name for one. */
export function NameWorkspace({ workspace, onClose }: { workspace: Workspace | null; onClose: () => void }) {
  const [name, setName] = useState(workspace?.name ?? '');
  const create = useCreateWorkspace();
  const rename = useRenameWorkspace();
  const done = useDone(onClose);
  const busy = create.isPending || rename.isPending;
  const error = create.error ?? rename.error;
  const problem = error?.fieldMessage('name');
  const submit = () => {
    if (workspace) rename.mutate({ id: workspace.id, name: name.trim() }, { onSuccess: done(`Renamed to ${name.trim()}.`) });
    else create.mutate({ name: name.trim() }, { onSuccess: done(`Created ${name.trim()}. Now add its members.`) });
  };
  return (
    <Ask
      title={workspace ? `Rename ${workspace.name}` : 'Create workspace'}
      act={workspace ? 'Rename' : 'Create'}
      acting={workspace ? 'Renaming …' : 'Creating …'}
      busy={busy}
      disabled={name.trim() === '' || name.trim() === workspace?.name}
      error={problem ? null : error}
      onAct={submit}
      onClose={onClose}
    >
      <Field
        label="Name"
        required
        validationState={problem ? 'error' : 'none'}
        validationMessage={problem}
        hint={workspace ? 'Its ID stays as it is.' : undefined}
      >
        <Input value={name} autoComplete="off" onChange={(_, data) => setName(data.value)} />
      </Field>
    </Ask>
  );
}

export function DeleteWorkspace({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const remove = useDeleteWorkspace();
  const done = useDone(onClose);
  const left = remove.error?.code === 'workspace-not-empty' ? (remove.error.body.usedBy ?? []) : [];
  if (left.length > 0)
    return (
      <Ask title={`${workspace.name} isn’t empty`} act={null} close="Close" onClose={onClose}>
        <p>A workspace can be deleted once nothing is in it any more. It still has:</p>
        <ul>
          {left.map((item) => (
            <li key={item.id}>{item.displayName}</li>
          ))}
        </ul>
        <p>Remove these first, then come back.</p>
      </Ask>
    );
  return (
    <Ask
      title={`Delete ${workspace.name}?`}
      act="Delete the workspace"
      acting="Deleting …"
      danger
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onAct={() => remove.mutate(workspace.id, { onSuccess: done(`Deleted ${workspace.name}.`) })}
    >
      <p>Its members lose nothing but the workspace. It has to be empty: drives, roles and integrations go first.</p>
    </Ask>
  );
}
