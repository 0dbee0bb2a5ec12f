import { AddRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Workspace } from '../api/contract';
import { useDefaultDrive, useDrives } from '../drives/queries';
import { Button } from '../shell/controls';
import { Loading } from '../shell/Loading';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { SharingSetting } from '../sharing/SharingSetting';
import { ChooseDefault } from './ChooseDefault';
import { useWorkspaces } from './queries';
import { DeleteWorkspace, NameWorkspace } from './WorkspaceDialogs';

type Asking =
  { what: 'create' } | { what: 'rename' | 'delete' | 'default'; workspace: Workspace } | { what: 'organization-default' } | null;

/** The workspaces, and where their output goes when it names no drive. */
export default function WorkspacesTab() {
  const person = usePerson();
  const query = useWorkspaces();
  const [asking, setAsking] = useState<Asking>(null);
  const close = () => setAsking(null);
  return (
    <div className="stack">
      <section className="card stack" aria-labelledby="workspaces-title">
        <div className="row between">
          <div className="stack tight">
            <h2 id="workspaces-title" className="section-title">
              Workspaces
            </h2>
            <p className="quiet">A workspace’s drives are seen and used by its members only.</p>
          </div>
          {person.isAdmin && (
            <Button icon={<AddRegular />} onClick={() => setAsking({ what: 'create' })}>
              Create workspace
            </Button>
          )}
        </div>
        {query.error && !query.data && <ProblemNotice error={query.error} retry={() => void query.refetch()} />}
        {query.isPending && <Loading what="the workspaces" lines={2} height={72} />}
        {query.data?.length === 0 && (
          <p className="none">
            {person.isAdmin
              ? 'There is none yet. Create one, then add its members.'
              : 'You are in no workspace yet. Ask an admin to add you to one.'}
          </p>
        )}
        {query.data && query.data.length > 0 && (
          <ul className="setting-list" aria-label="Workspaces">
            {query.data.map((workspace) => (
              <li key={workspace.id} className="setting">
                <div className="stack tight grow">
                  <h3 className="setting-name">
                    {workspace.name}
                    {workspace.role && <span className="pill">{workspace.role === 'manager' ? 'You manage it' : 'You are a member'}</span>}
                  </h3>
                  <p className="mono quiet">{workspace.id}</p>
                  <DefaultLine workspaceId={workspace.id} />
                </div>
                <div className="setting-actions">
                  <Link href={`/settings/members?workspace=${workspace.id}`} asChild>
                    <Button as="a" size="small" aria-label={`Members of ${workspace.name}`}>
                      Members
                    </Button>
                  </Link>
                  {person.mayManage(workspace.id) && (
                    <>
                      <Button
                        size="small"
                        aria-label={`Default drive of ${workspace.name}`}
                        onClick={() => setAsking({ what: 'default', workspace })}
                      >
                        Default drive
                      </Button>
                      <Button size="small" aria-label={`Rename ${workspace.name}`} onClick={() => setAsking({ what: 'rename', workspace })}>
                        Rename
                      </Button>
                    </>
                  )}
                  {person.isAdmin && (
                    <Button size="small" aria-label={`Delete ${workspace.name}`} onClick={() => setAsking({ what: 'delete', workspace })}>
                      Delete
                    </Button>
                  )}
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className="card stack" aria-labelledby="organization-title">
        <div className="row between">
          <div className="stack tight">
            <h2 id="organization-title" className="section-title">
              The organization’s default drive
            </h2>
            <p className="quiet">For workspaces that have no default of their own.</p>
          </div>
          {person.isAdmin && (
            <Button aria-label="Choose the organization’s default drive" onClick={() => setAsking({ what: 'organization-default' })}>
              Choose
            </Button>
          )}
        </div>
        <DefaultLine workspaceId={null} />
      </section>
      <SharingSetting />
      {asking?.what === 'create' && <NameWorkspace workspace={null} onClose={close} />}
      {asking?.what === 'rename' && <NameWorkspace workspace={asking.workspace} onClose={close} />}
      {asking?.what === 'delete' && <DeleteWorkspace workspace={asking.workspace} onClose={close} />}
      {asking?.what === 'default' && <ChooseDefault workspace={asking.workspace} onClose={close} />}
      {asking?.what === 'organization-default' && <ChooseDefault workspace={null} onClose={close} />}
    </div>
  );
}

function DefaultLine({ workspaceId }: { workspaceId: string | null }) {
  const effective = useDefaultDrive(workspaceId);
  const drives = useDrives();
  if (effective.error) return <p className="quiet">Its default drive can’t be read just now.</p>;
  if (!effective.data || (effective.data.driveId && !drives.data)) return <p className="quiet default-line">Reading its default drive …</p>;
  const { driveId, source } = effective.data;
  if (driveId === null) return <p className="quiet default-line">No default drive. Output has to name one.</p>;
  return (
    <p className="quiet default-line">
      Default drive:{' '}
      <Link href={`/drives/${driveId}`} className="link">
        {drives.data?.find((drive) => drive.id === driveId)?.displayName ?? driveId}
      </Link>
      {workspaceId !== null && source === 'organization' && ' (the organization’s)'}
    </p>
  );
}
