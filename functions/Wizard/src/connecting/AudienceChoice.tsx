import { Field, Select } from '../shell/controls';
import { usePerson } from '../shell/person';
import { Choice } from './Choice';

interface Props {
  audience: 'workspace' | 'organization';
  workspaceId: string;
  onChange: (next: { audience: 'workspace' | 'organization'; workspaceId: string }) => void;
}

/** Who may use the drive. */
export function AudienceChoice({ audience, workspaceId, onChange }: Props) {
  const { me, isAdmin } = usePerson();
  return (
    <fieldset className="choices">
      <legend>Who may use it?</legend>
      <div className="choices-row">
        <Choice
          group="audience"
          value="workspace"
          checked={audience === 'workspace'}
          disabled={me.workspaces.length === 0}
          name={
            <>
              One workspace <span className="pill brand-pill">Recommended</span>
            </>
          }
          note={
            me.workspaces.length === 0
              ? 'You are no member of a workspace yet; ask an admin to add you.'
              : 'Only its members see the drive and can use it.'
          }
          onChoose={() => onChange({ audience: 'workspace', workspaceId })}
        />
        <Choice
          group="audience"
          value="organization"
          checked={audience === 'organization'}
          disabled={!isAdmin}
          name="Whole organization"
          note={
            isAdmin
              ? 'Everybody in every workspace can use the drive. It can be the organization’s default.'
              : 'Only admins connect drives for the whole organization.'
          }
          onChoose={() => onChange({ audience: 'organization', workspaceId })}
        />
      </div>
      {audience === 'workspace' && me.workspaces.length > 0 && (
        <Field label="Workspace">
          <Select value={workspaceId} name="workspace" onChange={(_, data) => onChange({ audience, workspaceId: data.value })}>
            {me.workspaces.map((workspace) => (
              <option key={workspace.id} value={workspace.id}>
                {workspace.name}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </fieldset>
  );
}
