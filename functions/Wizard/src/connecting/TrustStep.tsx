import { CheckmarkRegular, PersonArrowRightRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import type { Connection } from '../api/contract';
import { pretty } from '../shell/Code';
import { Button } from '../shell/controls';
import { ProblemNotice } from '../shell/ProblemNotice';
import { SetupTabs } from '../shell/SetupTabs';
import { TrustInstructions } from './Instructions';
import { Choice } from './Choice';
import { useConfirm } from './queries';

const HandOver = lazy(() => import('./HandOver'));

interface Props {
  connection: Connection;
  onChanged: (connection: Connection) => void;
  onEdit: (() => void) | null;
  /** For a look back at a step that is over: leads on. */
  onGoOn?: () => void;
  /** Leads to the other way, where the bucket is asked for at once. */
  onOneGo?: () => void;
}

/** Step: who may assume the role. */
export function TrustStep({ connection, onChanged, onEdit, onGoOn, onOneGo }: Props) {
  const confirm = useConfirm(connection.id, 'trust-policy');
  const [handing, setHanding] = useState(false);
  return (
    <section className="card stack wide" aria-labelledby="trust-title">
      {onOneGo && <WayChoice way="steps" onChoose={onOneGo} />}
      <div className="stack tight">
        <h2 id="trust-title" className="section-title">
          Let us assume a role in your AWS account
        </h2>
        <p className="lead">
          Create an IAM role in the account of the bucket, or take one that you have, and give it this custom trust policy. It admits us
          only, and only under the external ID in it.
        </p>
      </div>
      {onGoOn ? (
        <TrustInstructions policy={connection.trustPolicy ? pretty(connection.trustPolicy) : ''} externalId={connection.externalId} />
      ) : (
        <SetupTabs
          path={`/api/connections/${connection.id}/setup`}
          version={`${connection.status} ${connection.attempt}`}
          script="It says what it changes, tells us the role’s ARN and confirms the step by itself at its end."
          links={['aws-cli']}
          console={
            <TrustInstructions policy={connection.trustPolicy ? pretty(connection.trustPolicy) : ''} externalId={connection.externalId} />
          }
        />
      )}
      {confirm.error && <ProblemNotice error={confirm.error} />}
      {onGoOn ? (
        <div className="wizard-actions">
          <Button appearance="primary" onClick={onGoOn}>
            Go on
          </Button>
          <span className="quiet">You have confirmed this step.</span>
        </div>
      ) : (
        <div className="wizard-actions">
          <Button
            appearance="primary"
            icon={<CheckmarkRegular />}
            disabled={confirm.isPending}
            onClick={() => confirm.mutate(undefined, { onSuccess: onChanged })}
          >
            {confirm.isPending ? 'Confirming …' : 'I have applied it'}
          </Button>
          <Button icon={<PersonArrowRightRegular />} onClick={() => setHanding(true)}>
            Hand over to my AWS administrator
          </Button>
          {onEdit && (
            <Button appearance="subtle" onClick={onEdit}>
              Change role or bucket
            </Button>
          )}
        </div>
      )}
      {handing && (
        <Suspense>
          <HandOver connection={connection} step="trust-policy" onClose={() => setHanding(false)} />
        </Suspense>
      )}
    </section>
  );
}

/** Whether an AWS administrator is asked once or twice. */
export function WayChoice({ way, onChoose }: { way: 'steps' | 'one-go'; onChoose: () => void }) {
  return (
    <fieldset className="choices">
      <legend>How will it be applied in AWS?</legend>
      <div className="choices-row">
        <Choice
          group="way"
          value="one-go"
          checked={way === 'one-go'}
          name="Everything in one go"
          note="You say now which bucket it is. One script, stack or link makes the role and applies all policies, so an AWS administrator is needed once."
          onChoose={onChoose}
        />
        <Choice
          group="way"
          value="steps"
          checked={way === 'steps'}
          name="Step by step"
          note="The role and its trust policy first; the bucket and its policies after that."
          onChoose={onChoose}
        />
      </div>
    </fieldset>
  );
}
