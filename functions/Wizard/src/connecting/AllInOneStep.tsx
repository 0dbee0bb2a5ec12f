import { CheckmarkRegular, PersonArrowRightRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import type { Connection } from '../api/contract';
import { Button } from '../shell/controls';
import { ProblemNotice } from '../shell/ProblemNotice';
import { SetupTabs } from '../shell/SetupTabs';
import { checkRoleArn } from './awsShapes';
import { LaunchStackButton } from './LaunchStackButton';
import { useConfirm } from './queries';
import { TypedField } from './TypedField';

const HandOver = lazy(() => import('./HandOver'));

/** How each form does everything in one go. */
export const oneGoHints = {
  'aws-cli':
    'Run this in AWS CloudShell, or wherever the AWS CLI is signed in to the account of the bucket. It lists its changes first. Add --dry-run to change nothing, or --remove to undo them.',
  cloudformation:
    'Save this as drive-access.yaml and run the command in its first lines. The stack makes or extends the role, adds to the bucket’s policy and confirms by itself; deleting it takes out what it added, and nothing else.',
  terraform:
    'Put this into your Terraform configuration of the account, then plan and apply. Terraform can’t confirm: enter its output, the ARN, below.',
};

interface Props {
  connection: Connection;
  onChanged: (connection: Connection) => void;
  onEdit: () => void;
  onStepByStep: () => void;
}

/** Step: trust policy, role policy and bucket policy in one go, since the bucket is known. */
export function AllInOneStep({ connection, onChanged, onEdit, onStepByStep }: Props) {
  const confirm = useConfirm(connection.id, 'trust-policy');
  const [handing, setHanding] = useState(false);
  const [arn, setArn] = useState(connection.configuration?.roleArn ?? '');
  const [insist, setInsist] = useState(false);
  const verdict = checkRoleArn(arn);
  const path = `/api/connections/${connection.id}/setup`;
  const version = `${connection.status} ${connection.attempt} ${JSON.stringify(connection.configuration)}`;
  return (
    <section className="card stack wide" aria-labelledby="trust-title">
      <div className="row between">
        <div className="stack tight">
          <h2 id="trust-title" className="section-title">
            Everything in one go
          </h2>
          <p className="lead">
            One script or stack makes the role, gives it access to <span className="mono">{connection.configuration?.bucket}</span>
            {connection.configuration?.path && (
              <>
                , path <span className="mono">{connection.configuration.path}</span>
              </>
            )}
            , tells us its ARN and confirms. Nobody is asked again.
          </p>
        </div>
        <Button size="small" onClick={onEdit}>
          Change
        </Button>
      </div>
      <LaunchStackButton path={path} version={version} />
      <SetupTabs
        path={path}
        version={version}
        script="Without an option it confirms at its end."
        links={['aws-cli', 'cloudformation']}
        hints={oneGoHints}
      />
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setInsist(true);
          if (verdict.ok && !confirm.isPending)
            confirm.mutate({ roleArn: arn.trim(), bucketPolicyApplied: true }, { onSuccess: onChanged });
        }}
      >
        <TypedField
          label="Role ARN, if it was applied by hand or by Terraform"
          name="roleArn"
          mono
          value={arn}
          verdict={verdict}
          insist={insist}
          refused={confirm.error?.fieldMessage('roleArn')}
          placeholder="arn:aws:iam::123456789012:role/name"
          hint="Not needed for the script or the stack: they tell us."
          onType={setArn}
          onUse={() => setArn(verdict.suggestion ?? arn)}
        />
        {confirm.error && !confirm.error.fieldMessage('roleArn') && <ProblemNotice error={confirm.error} />}
        <div className="wizard-actions">
          <Button appearance="primary" icon={<PersonArrowRightRegular />} onClick={() => setHanding(true)}>
            Hand over to my AWS administrator
          </Button>
          <Button type="submit" icon={<CheckmarkRegular />} disabled={confirm.isPending}>
            {confirm.isPending ? 'Confirming …' : 'I have applied everything'}
          </Button>
          <Button appearance="subtle" onClick={onStepByStep}>
            Step by step in the console
          </Button>
        </div>
      </form>
      {handing && (
        <Suspense>
          <HandOver connection={connection} step="all" onClose={() => setHanding(false)} />
        </Suspense>
      )}
    </section>
  );
}
