import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { Connection } from '../api/contract';
import { Button } from '../shell/controls';
import { formatDateTime } from '../shell/format';
import { Loading } from '../shell/Loading';
import { MessageBar } from '../shell/MessageBar';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { Sentence } from '../shell/Sentence';
import { useTitle } from '../shell/useTitle';
import { AllInOneStep } from './AllInOneStep';
import { BucketStep } from './BucketStep';
import { PoliciesStep } from './PoliciesStep';
import { isChangeable, isOpen, useConnection } from './queries';
import { TrustStep, WayChoice } from './TrustStep';
import { isProving, VerifyStep } from './VerifyStep';
import { stepsInOneGo, stepsOf, WizardFrame, type WizardStep } from './WizardFrame';

const CancelDialog = lazy(() => import('./CancelDialog'));
const DoneStep = lazy(() => import('./DoneStep'));

/** The wizard from the moment that the server knows of it. Wherever it is opened, it is where it was; each step is an entry of the browser's history. */
export default function ConnectionPage({ id }: { id: string }) {
  const { value: connection, problem, offline, replace } = useConnection(id);
  const person = usePerson();
  const [, go] = useLocation();
  const [search] = useSearchParams();
  const [cancelling, setCancelling] = useState(false);
  const [ways, setWays] = useState<Ways>({ inOneGo: true, asksForBucket: false });
  useTitle(connection ? `Connect ${connection.displayName}` : 'Connect a drive');
  const reached = connection && stepAt(connection);
  const address = (step: WizardStep) => `/connections/${id}?step=${step}`;
  const before = useRef<WizardStep | null>(null);
  useEffect(() => {
    if (reached === null || reached === before.current) return;
    const moved = before.current !== null;
    const replaced = !moved || before.current === 'verify';
    before.current = reached;
    if (moved || !search.has('step')) go(address(reached), { replace: replaced });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only another step moves the person
  }, [reached]);

  if (problem)
    return (
      <div className="stack">
        <Link href="/" className="link">
          Drives
        </Link>
        <h1 className="title">This connection can’t be shown</h1>
        <ProblemNotice error={problem} />
      </div>
    );
  if (!connection || reached === null) return <Loading what="the connection" lines={4} height={80} />;

  const wanted = search.get('step') as WizardStep | null;
  // What may be in place already is tried before it is asked for, which is a verification as well.
  const tries = reusesRole(connection) && reached === 'bucket' && isProving(connection);
  const current = wanted !== null && mayLookBack(connection, wanted) ? wanted : tries ? 'verify' : reached;
  // The report says it check by check; saying its first line twice helps nobody.
  const reported =
    connection.verification?.completedAt != null && !connection.verification.passed && connection.status !== 'awaitingTrustPolicy';
  const hrefOf = (step: WizardStep): string | null => {
    if (step === 'source' || step === 'access')
      return isChangeable(connection) ? `/connect?${new URLSearchParams({ connection: id, step })}` : null;
    return step === reached || mayLookBack(connection, step) ? address(step) : null;
  };
  const oneGo =
    connection.status === 'awaitingTrustPolicy' &&
    (connection.configuration ? connection.configuration.roleArn == null && ways.inOneGo : ways.asksForBucket);
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
        steps={oneGo ? stepsInOneGo : stepsOf(connection.authentication.method, reusesRole(connection))}
        current={oneGo && current === 'trust' ? (connection.configuration ? 'apply' : 'bucket') : current}
        finished={connection.status === 'connected'}
        hrefOf={(step) => hrefOf(step === 'apply' ? 'trust' : step)}
      >
        <div className="stack wide">
          {offline && (
            <MessageBar intent="warning">
              The server can’t be reached just now. Nothing is lost; this page goes on by itself as soon as it answers.
            </MessageBar>
          )}
          {connection.problem && isOpen(connection) && !isProving(connection) && current === reached && (
            <MessageBar intent="error" title={reported ? 'Not connected yet' : (connection.problem.title ?? 'That didn’t work yet')}>
              {reported ? 'The report below says what failed and what to change.' : <Sentence text={connection.problem.detail ?? ''} />}{' '}
              <strong>What you typed is kept.</strong>
            </MessageBar>
          )}
          <Suspense fallback={<Loading what="the step" />}>
            <StepBody
              connection={connection}
              ways={ways}
              onWays={setWays}
              step={current}
              goTo={(step) => go(address(step))}
              onChanged={replace}
            />
          </Suspense>
          {isOpen(connection) && !isProving(connection) && (
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

/** A role that trusts us already has its ARN from the start; the ARN of a new one comes with the configuration. */
const reusesRole = (connection: Connection): boolean =>
  connection.authentication.roleArn != null && connection.configuration?.roleArn == null && connection.status !== 'awaitingTrustPolicy';

/** Whether a step that was passed can be looked at once more. */
function mayLookBack(connection: Connection, step: WizardStep): boolean {
  if (step === 'bucket')
    return (
      connection.status === 'awaitingBucketPolicy' || (connection.status === 'awaitingTrustPolicy' && connection.configuration != null)
    );
  return (
    step === 'trust' &&
    connection.authentication.method === 'iamRole' &&
    !reusesRole(connection) &&
    ['awaitingConfiguration', 'awaitingBucketPolicy'].includes(connection.status)
  );
}

/** How it is applied in AWS. */
interface Ways {
  /** All of it at once, where the bucket is known already. */
  inOneGo: boolean;
  /** The bucket is asked for before the role. */
  asksForBucket: boolean;
}

interface StepProps {
  connection: Connection;
  ways: Ways;
  onWays: (ways: Ways) => void;
  step: WizardStep;
  goTo: (step: WizardStep) => void;
  onChanged: (connection: Connection) => void;
}

function StepBody({ connection, ways: { inOneGo, asksForBucket }, onWays, step, goTo, onChanged }: StepProps) {
  const [, go] = useLocation();
  const reached = stepAt(connection);
  const goOn = () => goTo(reached);
  if (isProving(connection)) return <VerifyStep key={connection.attempt} connection={connection} />;
  if (step === 'trust' && reached !== 'trust')
    return <TrustStep connection={connection} onChanged={onChanged} onEdit={null} onGoOn={goOn} />;
  if (step === 'bucket' && reached !== 'bucket')
    return (
      <BucketStep
        key="edit"
        connection={connection}
        withoutRole={inOneGo && connection.status === 'awaitingTrustPolicy' && connection.configuration?.roleArn == null}
        onChanged={(next) => {
          onChanged(next);
          goTo(stepAt(next));
        }}
        onBack={goOn}
      />
    );
  switch (connection.status) {
    case 'awaitingTrustPolicy':
      if (connection.configuration && connection.configuration.roleArn == null && inOneGo)
        return (
          <AllInOneStep
            key={connection.attempt}
            connection={connection}
            onChanged={onChanged}
            onEdit={() => goTo('bucket')}
            onStepByStep={() => onWays({ inOneGo: false, asksForBucket: false })}
          />
        );
      if (!connection.configuration && asksForBucket)
        return (
          <BucketStep
            key="one-go"
            connection={connection}
            withoutRole
            onChanged={onChanged}
            before={<WayChoice way="one-go" onChoose={() => onWays({ inOneGo, asksForBucket: false })} />}
          />
        );
      return (
        <TrustStep
          key={connection.attempt}
          connection={connection}
          onChanged={onChanged}
          onEdit={connection.configuration ? () => goTo('bucket') : null}
          {...(connection.configuration ? {} : { onOneGo: () => onWays({ inOneGo: true, asksForBucket: true }) })}
        />
      );
    case 'awaitingConfiguration':
      return <BucketStep key={connection.attempt} connection={connection} onChanged={onChanged} />;
    case 'awaitingBucketPolicy':
      return <PoliciesStep key={connection.attempt} connection={connection} onChanged={onChanged} onEdit={() => goTo('bucket')} />;
    case 'connected':
      return <DoneStep connection={connection} />;
    default:
      return connection.status === 'verifying' ? null : (
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
  failed: {
    title: 'This connection failed on our side',
    text: 'You did nothing wrong. Start again; if it fails again, tell your operator.',
  },
} as const;

function stepAt(connection: Connection): WizardStep {
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
