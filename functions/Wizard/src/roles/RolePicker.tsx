import { AddRegular, DeleteRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import type { IamRole } from '../api/contract';
import { Choice } from '../connecting/Choice';
import { Button } from '../shell/controls';
import { Loading } from '../shell/Loading';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { roleName as name, useRoles } from './queries';

const DeleteRole = lazy(() => import('./DeleteRole'));

interface Props {
  workspaceId: string | null;
  organization: boolean;
  /** Null for a new role. */
  chosen: string | null;
  onChoose: (roleId: string | null) => void;
}

/** A new role, or one that trusts us already. */
export function RolePicker({ workspaceId, organization, chosen, onChoose }: Props) {
  const roles = useRoles(workspaceId);
  const person = usePerson();
  const [deleting, setDeleting] = useState<IamRole | null>(null);
  const selectable = (roles.data ?? []).filter(
    (role) => (role.roleArn !== null || role.usedBy.length === 0) && (!organization || role.audience.type === 'organization'),
  );
  return (
    <fieldset className="choices">
      <legend>IAM role</legend>
      <Choice
        group="role"
        value="new"
        checked={chosen === null}
        name={
          <>
            <AddRegular aria-hidden="true" /> Add a new role
          </>
        }
        note="We give you its trust policy in the next step."
        onChoose={() => onChoose(null)}
      />
      {roles.isPending && <Loading what="your roles" lines={1} height={72} />}
      {roles.error && <ProblemNotice error={roles.error} retry={() => void roles.refetch()} />}
      {selectable.map((role) => (
        <div key={role.id} className="role-row">
          <Choice
            group="role"
            value={role.id}
            checked={chosen === role.id}
            name={
              <>
                {name(role)} <span className="pill">{person.audienceName(role.audience)}</span>
              </>
            }
            note={
              <>
                {role.roleArn ? (
                  <span className="mono">{role.roleArn}</span>
                ) : (
                  'Prepared, and not trusted yet: its trust policy is the next step.'
                )}
                <br />
                {role.usedBy.length === 0
                  ? 'Not used by any drive.'
                  : `Used by ${new Intl.ListFormat().format(role.usedBy.map((use) => use.displayName))}.`}
              </>
            }
            onChoose={() => onChoose(role.id)}
          />
          <Button
            appearance="subtle"
            icon={<DeleteRegular />}
            title="Delete this role"
            aria-label={`Delete the role ${name(role)}`}
            onClick={() => setDeleting(role)}
          />
        </div>
      ))}
      {deleting && (
        <Suspense>
          <DeleteRole
            role={deleting}
            name={name(deleting)}
            onClose={() => setDeleting(null)}
            onDeleted={() => {
              if (chosen === deleting.id) onChoose(null);
              setDeleting(null);
            }}
          />
        </Suspense>
      )}
    </fieldset>
  );
}
