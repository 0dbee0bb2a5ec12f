import { AddRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { IamRole } from '../api/contract';
import { Code, pretty } from '../shell/Code';
import { Button } from '../shell/controls';
import { Loading } from '../shell/Loading';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import DeleteRole from './DeleteRole';
import { NewRole } from './NewRole';
import { roleName, useRoles } from './queries';
import '../settings/settings.css';

/** The customer's roles that trust us, and who uses them. */
export default function RolesTab() {
  const person = usePerson();
  const query = useRoles(null);
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<IamRole | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section className="card stack" aria-labelledby="roles-title">
      <div className="row between">
        <div className="stack tight">
          <h2 id="roles-title" className="section-title">
            IAM roles
          </h2>
          <p className="quiet">Roles in your AWS accounts that trust us. A role serves as many drives as you like within its audience.</p>
        </div>
        <Button icon={<AddRegular />} onClick={() => setAdding(true)}>
          Add role
        </Button>
      </div>
      {query.error && !query.data && <ProblemNotice error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading what="the roles" lines={2} height={88} />}
      {query.data?.length === 0 && <p className="none">There are none yet. The wizard adds one when you connect a bucket with a role.</p>}
      {query.data && query.data.length > 0 && (
        <ul className="setting-list" aria-label="IAM roles">
          {query.data.map((role) => (
            <li key={role.id} className="setting">
              <div className="stack tight grow">
                <h3 className="setting-name">
                  {roleName(role)}
                  <span className="pill">{person.audienceName(role.audience)}</span>
                  <span className={`pill ${role.status === 'trusted' ? '' : 'warn-pill'}`}>
                    {role.status === 'trusted' ? 'Trusted' : 'Not trusted yet'}
                  </span>
                </h3>
                {role.roleArn ? (
                  <p className="mono quiet">{role.roleArn}</p>
                ) : (
                  <p className="quiet">Its ARN is given with the first drive.</p>
                )}
                <p className="quiet">
                  {role.usedBy.length === 0
                    ? 'Not used by any drive.'
                    : `Used by ${new Intl.ListFormat().format(role.usedBy.map((use) => use.displayName))}.`}
                </p>
              </div>
              <div className="setting-actions">
                {role.trustPolicy && (
                  <Button
                    size="small"
                    aria-expanded={open === role.id}
                    aria-label={`Trust policy of ${roleName(role)}`}
                    onClick={() => setOpen(open === role.id ? null : role.id)}
                  >
                    Trust policy
                  </Button>
                )}
                {person.mayConnect(role.audience) && (
                  <Button size="small" aria-label={`Delete the role ${roleName(role)}`} onClick={() => setDeleting(role)}>
                    Delete
                  </Button>
                )}
              </div>
              {open === role.id && (
                <div className="whole-row">
                  <Code title="Custom trust policy" what={`the trust policy of ${roleName(role)}`} text={pretty(role.trustPolicy)} />
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {adding && <NewRole onClose={() => setAdding(false)} />}
      {deleting && (
        <DeleteRole role={deleting} name={roleName(deleting)} onClose={() => setDeleting(null)} onDeleted={() => setDeleting(null)} />
      )}
    </section>
  );
}
