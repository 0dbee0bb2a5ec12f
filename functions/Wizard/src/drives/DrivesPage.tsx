import { AddRegular, SearchRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Connection, Drive } from '../api/contract';
import { isOpen, useConnections } from '../connecting/queries';
import { Button, Field, Input, Select } from '../shell/controls';
import { formatRelative } from '../shell/format';
import { Loading } from '../shell/Loading';
import { Logo } from '../shell/Logo';
import { UserName } from '../shell/people';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useTitle } from '../shell/useTitle';
import { DriveCard } from './DriveCard';
import { useDrives } from './queries';
import './drives.css';

/** The drives of a workspace, or of all of them. */
export default function DrivesPage() {
  useTitle('Drives');
  const person = usePerson();
  const drives = useDrives();
  const connections = useConnections();
  const [search, setSearch] = useState('');

  const here = (item: Drive | Connection) =>
    person.workspaceId === null || item.audience.type === 'organization' || item.audience.workspaceId === person.workspaceId;
  const visible = (drives.data ?? []).filter(here);
  const words = search.trim().toLocaleLowerCase();
  const found = visible.filter((drive) =>
    `${drive.displayName} ${drive.bucket} ${drive.path} ${drive.region}`.toLocaleLowerCase().includes(words),
  );
  const open = (connections.data ?? []).filter((connection) => isOpen(connection) && here(connection));
  const loaded = drives.data && !drives.error;

  return (
    <>
      <div className="page-head">
        <div>
          <h1 className="title">Drives</h1>
          <p className="lead">Your buckets, proven to work.</p>
        </div>
        {(!loaded || visible.length > 0) && <AddButton />}
      </div>
      <div className="filters">
        <Field label="Workspace">
          <Select value={person.workspaceId ?? ''} onChange={(_, data) => person.lookAt(data.value || null)}>
            {person.me.workspaces.map((workspace) => (
              <option key={workspace.id} value={workspace.id}>
                {workspace.name}
              </option>
            ))}
            <option value="">All workspaces</option>
          </Select>
        </Field>
        <Field label="Search">
          <Input
            type="search"
            value={search}
            onChange={(_, data) => setSearch(data.value)}
            contentBefore={<SearchRegular aria-hidden="true" />}
            placeholder="Name, bucket or path"
          />
        </Field>
      </div>
      {drives.error && <ProblemNotice error={drives.error} retry={() => void drives.refetch()} />}
      {open.length > 0 && (
        <section aria-labelledby="open-title">
          <h2 id="open-title" className="section-title gap-below">
            Not finished yet
          </h2>
          <ul className="open-connections">
            {open.map((connection) => (
              <li key={connection.id} className="open-connection">
                <span>
                  <strong>{connection.displayName}</strong> <span className="pill">{person.audienceName(connection.audience)}</span>{' '}
                  {connection.problem && connection.status !== 'verifying' && <span className="pill warn-pill">Needs a change</span>}{' '}
                  <span className="quiet">
                    {waitsFor(connection)} · started {formatRelative(connection.createdAt)} by <UserName id={connection.createdBy} />
                  </span>
                </span>
                <Link href={`/connections/${connection.id}`} className="link">
                  Continue<span className="visually-hidden"> connecting {connection.displayName}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {drives.isPending && <Loading what="your drives" lines={3} height={132} />}
      {loaded && visible.length === 0 && <Nothing />}
      {loaded && visible.length > 0 && found.length === 0 && (
        <div className="empty">
          <h2 className="section-title">Nothing matches “{search}”</h2>
          <Button onClick={() => setSearch('')}>Show all drives</Button>
        </div>
      )}
      {found.length > 0 && (
        <ul className="drive-list" aria-label="Drives">
          {found.map((drive) => (
            <li key={drive.id}>
              <DriveCard drive={drive} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const AddButton = () => (
  <Link href="/connect" asChild>
    <Button as="a" appearance="primary" size="large" icon={<AddRegular />}>
      Add data source
    </Button>
  </Link>
);

function waitsFor(connection: Connection): string {
  if (connection.status === 'verifying') return 'is being verified';
  if (connection.problem?.code === 'verification-failed') return 'didn’t pass its verification';
  if (connection.status === 'awaitingTrustPolicy') return 'waits for the trust policy';
  return connection.status === 'awaitingConfiguration' ? 'waits for the bucket' : 'waits for the role and bucket policy';
}

function Nothing() {
  return (
    <section className="card empty">
      <Logo size={64} />
      <h2 className="title">Connect your first bucket</h2>
      <p className="lead">
        A drive is an S3 bucket, or a folder of one, that your workspace reads from and writes to. The wizard leads you through it; you need
        not know AWS.
      </p>
      <ol className="how">
        <li>
          <span>1</span>
          <strong>Say what and for whom</strong>
          <span className="quiet">A name, an audience, and how we get in.</span>
        </li>
        <li>
          <span>2</span>
          <strong>Apply what we give you</strong>
          <span className="quiet">Exact policies to paste or run, or a link for your AWS administrator.</span>
        </li>
        <li>
          <span>3</span>
          <strong>See it proven</strong>
          <span className="quiet">Check by check; every failure says what to change.</span>
        </li>
      </ol>
      <AddButton />
    </section>
  );
}
