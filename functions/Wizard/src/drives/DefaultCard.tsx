import { useState } from 'react';
import type { Drive } from '../api/contract';
import { Button } from '../shell/controls';
import { useNotice } from '../shell/notices';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { DefaultChoice } from './DefaultChoice';
import { useSetDefault } from './queries';

/** Whose default the drive is, and the ways to change that. */
export function DefaultCard({ drive }: { drive: Drive }) {
  const person = usePerson();
  const notice = useNotice();
  const [choosing, setChoosing] = useState(false);
  const clear = useSetDefault();
  const mayChoose =
    drive.state === 'connected' &&
    ((person.isAdmin && drive.audience.type === 'organization' && !drive.default.organization) ||
      person.me.workspaces.some(
        (workspace) =>
          person.mayManage(workspace.id) &&
          !drive.default.workspaces.includes(workspace.id) &&
          (drive.audience.type === 'organization' || drive.audience.workspaceId === workspace.id),
      ));
  return (
    <section className="card stack" aria-labelledby="default-title">
      <h2 id="default-title" className="section-title">
        Default drive
      </h2>
      {!drive.default.organization && drive.default.workspaces.length === 0 && (
        <p className="lead">It is nobody’s default. Output that names no drive goes elsewhere.</p>
      )}
      {drive.default.organization && (
        <p>
          Default of the <strong>whole organization</strong>. Workspaces that have a default of their own use that one. It stops being the
          default when an admin makes another drive the organization’s default.
        </p>
      )}
      {drive.default.workspaces.map((id) => (
        <div key={id} className="row between">
          <p>
            Default of <strong>{person.workspaceName(id)}</strong>.
          </p>
          {person.mayManage(id) && (
            <Button
              size="small"
              disabled={clear.isPending}
              onClick={() =>
                clear.mutate(
                  { target: id, driveId: null },
                  { onSuccess: () => notice(`${person.workspaceName(id)} has no default drive of its own any more.`) },
                )
              }
            >
              Remove as default<span className="visually-hidden"> of {person.workspaceName(id)}</span>
            </Button>
          )}
        </div>
      ))}
      {clear.error && <ProblemNotice error={clear.error} />}
      {mayChoose && !choosing && (
        <div>
          <Button onClick={() => setChoosing(true)}>Make it a default …</Button>
        </div>
      )}
      {choosing && (
        <DefaultChoice driveId={drive.id} displayName={drive.displayName} audience={drive.audience} onDone={() => setChoosing(false)} />
      )}
    </section>
  );
}
