import { HardDriveRegular, ShieldCheckmarkRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { Drive } from '../api/contract';
import FilesTab from '../files/FilesTab';
import { Button } from '../shell/controls';
import { formatRelative } from '../shell/format';
import { Loading } from '../shell/Loading';
import { MessageBar } from '../shell/MessageBar';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { Sentence } from '../shell/Sentence';
import { Tabs } from '../shell/Tabs';
import { useTitle } from '../shell/useTitle';
import { DefaultMarks } from './DriveCard';
import { Health } from './Health';
import { useDrive, useVerifyAgain } from './queries';
import VerificationWatch from './VerificationWatch';
import './drives.css';

const OverviewTab = lazy(() => import('./OverviewTab'));
const HealthTab = lazy(() => import('../health/HealthTab'));
const IntegrationsTab = lazy(() => import('../integrations/IntegrationsTab'));
const UsageTab = lazy(() => import('../usage/UsageTab'));
const VerificationTab = lazy(() => import('./VerificationTab'));

const tabs = [
  { id: 'overview', name: 'Overview' },
  { id: 'files', name: 'Files' },
  { id: 'integrations', name: 'Integrations' },
  { id: 'usage', name: 'Usage' },
  { id: 'health', name: 'Health' },
  { id: 'verification', name: 'Verification' },
];

/** A drive: what it is, what is on it, and how it does. */
export default function DrivePage({ id, tab }: { id: string; tab: string }) {
  const query = useDrive(id);
  const drive = query.data;
  const here = tabs.find((other) => other.id === tab)?.id ?? 'overview';
  useTitle(drive ? `${drive.displayName}${here === 'overview' ? '' : ` · ${tabs.find((other) => other.id === here)!.name}`}` : 'Drive');
  const [search] = useSearchParams();
  const shown = here === 'verification' ? search.get('report') : null;
  const [left, setLeft] = useState<string | null>(null);
  useEffect(() => {
    if (shown) setLeft(shown);
  }, [shown]);
  if (!drive)
    return query.error ? (
      <div className="stack">
        <Link href="/" className="link">
          Drives
        </Link>
        <h1 className="title">This drive can’t be shown</h1>
        <ProblemNotice error={query.error} {...(query.error.passing ? { retry: () => void query.refetch() } : {})} />
      </div>
    ) : (
      <Loading what="the drive" lines={3} height={96} />
    );
  return (
    <>
      {left && !shown && <VerificationWatch key={left} driveId={id} report={left} onCompleted={() => setLeft(null)} />}
      <DriveHead drive={drive} mayVerify={drive.state === 'connected' && here !== 'verification'} />
      <Tabs
        label={drive.displayName}
        current={here}
        tabs={tabs.map((other) => ({ ...other, href: `/drives/${id}${other.id === 'overview' ? '' : `/${other.id}`}` }))}
      />
      {drive.state === 'disconnecting' && (
        <MessageBar intent="warning" className="gap-below">
          This drive is being removed. Nobody can use it any more; the files on the bucket stay.
        </MessageBar>
      )}
      {drive.health.problem && drive.health.status !== 'healthy' && here !== 'verification' && (
        <MessageBar
          intent={drive.health.status === 'unreachable' ? 'error' : 'warning'}
          title={drive.health.status === 'unreachable' ? 'The bucket can’t be reached' : 'Something is wrong with the bucket'}
          className="gap-below"
        >
          <Sentence text={drive.health.problem} />
        </MessageBar>
      )}
      <Suspense fallback={<Loading what="the drive" lines={2} height={140} />}>
        {here === 'overview' && <OverviewTab drive={drive} />}
        {here === 'files' && <FilesTab drive={drive} />}
        {here === 'integrations' && <IntegrationsTab drive={drive} />}
        {here === 'usage' && <UsageTab drive={drive} />}
        {here === 'health' && <HealthTab drive={drive} />}
        {here === 'verification' && <VerificationTab drive={drive} />}
      </Suspense>
    </>
  );
}

function DriveHead({ drive, mayVerify }: { drive: Drive; mayVerify: boolean }) {
  const person = usePerson();
  const [, go] = useLocation();
  const verify = useVerifyAgain(drive.id);
  return (
    <header className="stack gap-below">
      <Link href="/" className="link back">
        Drives
      </Link>
      <div className="page-head flush">
        <div className="drive-title">
          <span className="drive-icon large" aria-hidden="true">
            <HardDriveRegular />
          </span>
          <div className="stack tight">
            <h1 className="title">{drive.displayName}</h1>
            <p className="mono quiet">
              s3://{drive.bucket}
              {drive.path && `/${drive.path}`}
            </p>
          </div>
        </div>
        {mayVerify && (
          <Button
            icon={<ShieldCheckmarkRegular />}
            disabled={verify.isPending}
            onClick={() => verify.mutate(undefined, { onSuccess: (report) => go(`/drives/${drive.id}/verification?report=${report.id}`) })}
          >
            {verify.isPending ? 'Starting …' : 'Verify again'}
          </Button>
        )}
      </div>
      <div className="row drive-marks">
        <Health status={drive.health.status} />
        {drive.health.checkedAt && <span className="quiet">checked {formatRelative(drive.health.checkedAt)}</span>}
        <span className="pill">{person.audienceName(drive.audience)}</span>
        <DefaultMarks drive={drive} />
      </div>
      {verify.error && <ProblemNotice error={verify.error} />}
    </header>
  );
}
