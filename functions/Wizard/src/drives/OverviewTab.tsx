import { lazy, Suspense, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { Drive } from '../api/contract';
import { Button } from '../shell/controls';
import { CopyButton } from '../shell/CopyButton';
import { formatDateTime } from '../shell/format';
import { UserName } from '../shell/people';
import { usePerson } from '../shell/person';
import { DefaultCard } from './DefaultCard';

const ReplaceCredentials = lazy(() => import('./ReplaceCredentials'));
const RemoveDrive = lazy(() => import('./RemoveDrive'));

const encryptions = { none: 'Bucket default', 'sse-s3': 'SSE-S3, with keys that Amazon S3 manages', 'sse-kms': 'SSE-KMS' } as const;

/** What the drive is, and what can be changed about it. */
export default function OverviewTab({ drive }: { drive: Drive }) {
  const person = usePerson();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('ask');
  const [asking, ask] = useState<'credentials' | 'remove' | null>(null);
  const setAsking = (what: 'credentials' | 'remove' | null) => {
    if (asked !== null) setSearch({}, { replace: true });
    ask(what);
  };
  const mayChange = person.mayConnect(drive.audience) && drive.state === 'connected';
  const usesRole = drive.authentication.method === 'iamRole';
  const isDefault = drive.default.organization || drive.default.workspaces.length > 0;
  return (
    <div className="two">
      <div className="stack">
        <section className="card stack" aria-labelledby="about-title">
          <h2 id="about-title" className="section-title">
            About this drive
          </h2>
          <dl className="facts">
            <dt>Bucket</dt>
            <dd className="mono">{drive.bucket}</dd>
            <dt>Path</dt>
            <dd>{drive.path ? <span className="mono">{drive.path}</span> : 'The whole bucket'}</dd>
            <dt>Region</dt>
            <dd className="mono">{drive.region}</dd>
            <dt>Encryption</dt>
            <dd>
              {encryptions[drive.encryption.type]}
              {drive.encryption.type === 'sse-kms' && <span className="mono block">{drive.encryption.kmsKeyId}</span>}
            </dd>
            {drive.access === 'readOnly' && (
              <>
                <dt>Access</dt>
                <dd>Read only</dd>
              </>
            )}
            <dt>Audience</dt>
            <dd>{person.audienceName(drive.audience)}</dd>
            <dt>Connected</dt>
            <dd>
              {formatDateTime(drive.createdAt)} by <UserName id={drive.createdBy} />
            </dd>
            <dt>Drive ID</dt>
            <dd>
              <span className="mono">{drive.id}</span> <CopyButton text={drive.id} what="the drive’s ID" />
            </dd>
          </dl>
        </section>
        <section className="card stack" aria-labelledby="access-title">
          <div className="row between">
            <h2 id="access-title" className="section-title">
              Access to AWS
            </h2>
            {!usesRole && mayChange && <Button onClick={() => setAsking('credentials')}>Modify configuration</Button>}
          </div>
          <dl className="facts">
            <dt>Method</dt>
            <dd>{usesRole ? 'IAM role' : 'Access key'}</dd>
            {usesRole ? (
              <>
                <dt>Role</dt>
                <dd className="mono">{drive.authentication.roleArn}</dd>
              </>
            ) : (
              <>
                <dt>Access key ID</dt>
                <dd className="mono">{drive.authentication.accessKeyId}</dd>
                <dt>Secret access key</dt>
                <dd>In the vault; it is never shown.</dd>
              </>
            )}
          </dl>
          {usesRole && (
            <p className="quiet">
              Nothing about a drive with a role can be changed here: the role’s policies are in your AWS account. To use another role,
              bucket or path, remove the drive and connect it again.
            </p>
          )}
          {!usesRole && !mayChange && drive.state === 'connected' && <p className="quiet">Only admins change the organization’s drives.</p>}
        </section>
      </div>
      <div className="stack">
        <DefaultCard drive={drive} />
        <section className="card stack" aria-labelledby="remove-title">
          <h2 id="remove-title" className="section-title">
            Remove
          </h2>
          <p className="lead">Disconnects the bucket. Its files stay; references to them stop working permanently.</p>
          {isDefault ? (
            <p className="quiet">
              A default drive can’t be removed. Choose another default first,{' '}
              {drive.audience.type === 'workspace' || !drive.default.organization ? 'above or ' : ''}in the{' '}
              <Link href="/settings/workspaces" className="link">
                settings
              </Link>
              .
            </p>
          ) : !mayChange ? (
            <p className="quiet">
              {drive.state === 'disconnecting' ? 'It is being removed.' : 'Only admins remove the organization’s drives.'}
            </p>
          ) : null}
          <div>
            <Button disabled={isDefault || !mayChange} onClick={() => setAsking('remove')}>
              Remove this drive …
            </Button>
          </div>
        </section>
      </div>
      <Suspense>
        {(asking ?? asked) === 'credentials' && !usesRole && mayChange && (
          <ReplaceCredentials drive={drive} onClose={() => setAsking(null)} />
        )}
        {(asking ?? asked) === 'remove' && !isDefault && mayChange && <RemoveDrive drive={drive} onClose={() => setAsking(null)} />}
      </Suspense>
    </div>
  );
}
