import { lazy, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import type { Connection } from '../api/contract';
import { Button } from '../shell/controls';
import { formatDateTime } from '../shell/format';
import { Loading } from '../shell/Loading';
import { MessageBar } from '../shell/MessageBar';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useTitle } from '../shell/useTitle';
import { BucketStep } from './BucketStep';
import { PoliciesStep } from './PoliciesStep';
import { isOpen, useConnection } from './queries';
import { TrustStep } from './TrustStep';
import { VerifyStep } from './VerifyStep';
import { stepsOf, WizardFrame, type WizardStep } from './WizardFrame';

const CancelDialog = lazy(() => import('./CancelDialog'));
const DoneStep = lazy(() => import('./DoneStep'));

/** The wizard from the moment that the server knows of it. Wherever it is opened, it is where it was. */
export default function ConnectionPage({ id }: { id: string }) {
  const { value: connection, problem, offline, replace } = useConnection(id);
  const person = usePerson();
  const [, go] = useLocation();
  const [cancelling, setCancelling] = useState(false);
  const [editing, setEditing] = useState<number | null>(null);
  useTitle(connection ? `Connect ${connection.displayName}` : 'Connect a drive');

  if (problem) return <ProblemNotice error={problem} />;
  if (!connection) return <Loading what="the connection" lines={4} height={80} />;

  const edit = editing === connection.attempt && connection.status !== 'connected' && connection.status !== 'verifying';
  // The report says it check by check; saying its first line twice helps nobody.
  const reported = connection.verification?.completedAt != null && !connection.verification.passed && connection.status !== 'awaitingTrustPolicy';
  const current = stepAt(connection, edit);
  // A role that trusts us already has its ARN from the start; the ARN of a new one comes with the configuration.
  const reuses = connection.authentication.roleArn != null && connection.configuration?.roleArn == null && connection.status !== 'awaitingTrustPolicy';
  return (
    <>
      <WizardFrame
        title={connection.status === 'connected' ? `${connection.displayName} is connected` : `Connect ${connection.displayName}`}
        subtitle={
          <>
            {person.audienceName(connection.audience)}
            {isOpen(connection) && <> · waits for you until {formatDateTime(connection.expiresAt)}</>}
          </>
        }
        steps={stepsOf(connection.authentication.method, reuses)}
        current={current}
        finished={connection.status === 'connected'}
      >
        <div className="stack wide">
          {offline && (
            <MessageBar intent="warning">The server can’t be reached just now. Nothing is lost; this page goes on by itself as soon as it answers.</MessageBar>
          )}
          {connection.problem && isOpen(connection) && connection.status !== 'verifying' && !edit && (
            <MessageBar intent="error" title={reported ? 'Not connected yet' : (connection.problem.title ?? 'That didn’t work yet')}>
              {reported ? 'The report below says what failed and what to change.' : connection.problem.detail} <strong>What you typed is kept.</strong>
            </MessageBar>
          )}
          <Suspense fallback={<Loading what="the step" />}>
            <StepBody connection={connection} editing={edit} onEdit={() => setEditing(connection.attempt)} onEdited={() => setEditing(null)} onChanged={replace} />
          </Suspense>
          {isOpen(connection) && connection.status !== 'verifying' && (
            <p className="quiet">
              You can close this page and come back at any time.{' '}
              <Button size="small" appearance="transparent" onClick={() => setCancelling(true)}>
                Cancel this connection
              </Button>
            </p>
          )}
        </div>
      </WizardFrame>
      {cancelling && (
        <Suspense>
          <CancelDialog connection={connection} onClose={() => setCancelling(false)} onCancelled={() => go('/')} />
        </Suspense>
      )}
    </>
  );
}

interface StepProps {
  connection: Connection;
  editing: boolean;
  onEdit: () => void;
  onEdited: () => void;
  onChanged: (connection: Connection) => void;
}

function StepBody({ connection, editing, onEdit, onEdited, onChanged }: StepProps) {
  const [, go] = useLocation();
  if (editing) return <BucketStep key="edit" connection={connection} onChanged={(next) => (onEdited(), onChanged(next))} onBack={onEdited} />;
  switch (connection.status) {
    case 'awaitingTrustPolicy':
      return <TrustStep key={connection.attempt} connection={connection} onChanged={onChanged} onEdit={connection.configuration ? onEdit : null} />;
    case 'awaitingConfiguration':
      return <BucketStep key={connection.attempt} connection={connection} onChanged={onChanged} />;
    case 'awaitingBucketPolicy':
      return <PoliciesStep key={connection.attempt} connection={connection} onChanged={onChanged} onEdit={onEdit} />;
    case 'verifying':
      return <VerifyStep connection={connection} />;
    case 'connected':
      return <DoneStep connection={connection} />;
    default:
      return (
        <section className="card stack">
          <h2 className="section-title">{endings[connection.status].title}</h2>
          <p className="lead">{connection.problem?.detail ?? endings[connection.status].text}</p>
          <div>
            <Button appearance="primary" onClick={() => go('/connect')}>
              Start again
            </Button>
          </div>
        </section>
      );
  }
}

const endings = {
  cancelled: { title: 'This connection was cancelled', text: 'Its secret was deleted and its name is free again.' },
  expired: { title: 'This connection expired', text: 'Nobody confirmed in time, so its secret was deleted and its name is free again.' },
  failed: { title: 'This connection failed on our side', text: 'You did nothing wrong. Start again; if it fails again, tell your operator.' },
} as const;

function stepAt(connection: Connection, editing: boolean): WizardStep {
  if (editing) return 'bucket';
  switch (connection.status) {
    case 'awaitingTrustPolicy':
      return 'trust';
    case 'awaitingConfiguration':
      return 'bucket';
    case 'awaitingBucketPolicy':
      return 'policies';
    case 'verifying':
      return 'verify';
    case 'connected':
      return 'done';
    default:
      return connection.configuration ? 'verify' : 'access';
  }
}
