import { useState } from 'react';
import type { Audience } from '../api/contract';
import { Choice } from '../connecting/Choice';
import { Button } from '../shell/controls';
import { useNotice } from '../shell/notices';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useSetDefault } from './queries';

interface Props {
  driveId: string;
  displayName: string;
  audience: Audience;
  onDone?: () => void;
}

/** Makes a drive the default of its workspace or of the organization, and says what follows from it. */
export function DefaultChoice({ driveId, displayName, audience, onDone }: Props) {
  const person = usePerson();
  const notice = useNotice();
  const [choice, setChoice] = useState('none');
  const workspaces = person.me.workspaces.filter(
    (workspace) => person.mayManage(workspace.id) && (audience.type === 'organization' || audience.workspaceId === workspace.id),
  );
  const save = useSetDefault();
  const saved = save.isSuccess && save.variables.target === choice;
  const submit = () =>
    save.mutate(
      { target: choice, driveId },
      {
        onSuccess: () => {
          notice(
            `${displayName} is now the default drive of ${choice === 'organization' ? 'the organization' : person.workspaceName(choice)}.`,
          );
          onDone?.();
        },
      },
    );
  if (workspaces.length === 0 && !(person.isAdmin && audience.type === 'organization'))
    return <p className="quiet">A manager of the workspace can make this its default drive.</p>;
  return (
    <fieldset className="choices">
      <legend>Shall it be a default drive?</legend>
      <p className="choice-note">
        Output that names no drive goes to the workspace’s default drive, or else to the organization’s. A default drive can’t be removed.
      </p>
      <Choice
        group="default"
        value="none"
        checked={choice === 'none'}
        name="Not now"
        note="Nothing changes. You can decide later on the drive’s page."
        onChoose={() => setChoice('none')}
      />
      {workspaces.map((workspace) => (
        <Choice
          key={workspace.id}
          group="default"
          value={workspace.id}
          checked={choice === workspace.id}
          name={`Default of ${workspace.name}`}
          note="New output of this workspace lands here from now on, whatever the organization’s default is. Files that are elsewhere stay there."
          onChoose={() => setChoice(workspace.id)}
        />
      ))}
      {person.isAdmin && audience.type === 'organization' && (
        <Choice
          group="default"
          value="organization"
          checked={choice === 'organization'}
          name="Default of the organization"
          note="Not usually recommended: output of every workspace that has chosen no default of its own lands here. Files that are elsewhere stay there."
          onChoose={() => setChoice('organization')}
        />
      )}
      {choice !== 'none' && (
        <div>
          <Button appearance="primary" disabled={save.isPending || saved} onClick={submit}>
            {save.isPending ? 'Saving …' : saved ? 'It is the default' : 'Make it the default'}
          </Button>
        </div>
      )}
      {save.error && <ProblemNotice error={save.error} />}
    </fieldset>
  );
}
