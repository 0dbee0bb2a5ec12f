import { useState } from 'react';
import Ask from '../shell/Ask';
import { Code, pretty } from '../shell/Code';
import { Field, Input, Select } from '../shell/controls';
import { usePerson } from '../shell/person';
import { useCreateRole } from './queries';

/** A role ahead of any drive: its external ID and trust policy, so that AWS can be prepared. */
export function NewRole({ onClose }: { onClose: () => void }) {
  const person = usePerson();
  const create = useCreateRole();
  const choices = [
    ...person.me.workspaces.filter((workspace) => person.mayConnect({ type: 'workspace', workspaceId: workspace.id })),
    ...(person.isAdmin ? [{ id: '', name: 'Whole organization' }] : []),
  ];
  const [audience, setAudience] = useState(choices[0]?.id ?? '');
  const [name, setName] = useState('');
  const problem = create.error?.fieldMessage('displayName');
  if (create.data)
    return (
      <Ask title="Give the role this trust policy" act={null} close="Done" wide onClose={onClose}>
        <p>
          Create a role in AWS with this custom trust policy. When you connect a bucket, choose the role in the wizard and give its ARN
          there.
        </p>
        <Code title="Custom trust policy" what="the trust policy" text={pretty(create.data.trustPolicy)} />
      </Ask>
    );
  return (
    <Ask
      title="Add role"
      act="Add"
      acting="Adding …"
      busy={create.isPending}
      disabled={choices.length === 0}
      error={problem ? null : create.error}
      onClose={onClose}
      onAct={() =>
        create.mutate({
          audience: audience === '' ? { type: 'organization' } : { type: 'workspace', workspaceId: audience },
          ...(name.trim() ? { displayName: name.trim() } : {}),
        })
      }
    >
      <p>
        You get a trust policy with an external ID of its own, so that your AWS administrator can prepare the role before anybody connects a
        bucket.
      </p>
      <Field label="Who may use it?" hint="A workspace’s role serves that workspace’s drives only.">
        <Select value={audience} onChange={(_, data) => setAudience(data.value)}>
          {choices.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.name}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Name (optional)" validationState={problem ? 'error' : 'none'} validationMessage={problem}>
        <Input value={name} autoComplete="off" onChange={(_, data) => setName(data.value)} />
      </Field>
    </Ask>
  );
}
