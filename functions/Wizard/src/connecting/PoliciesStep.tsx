import { BranchForkRegular, CheckmarkRegular, PersonArrowRightRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import type { Connection } from '../api/contract';
import { ReportView } from '../drives/ReportView';
import { pretty } from '../shell/Code';
import { Button } from '../shell/controls';
import { MessageBar } from '../shell/MessageBar';
import { ProblemNotice } from '../shell/ProblemNotice';
import { SetupTabs } from '../shell/SetupTabs';
import { PolicyInstructions } from './Instructions';
import { OneClickFixes } from './OneClickFixes';
import { useConfirm } from './queries';

const HandOver = lazy(() => import('./HandOver'));
const MergePolicy = lazy(() => import('./MergePolicy'));

interface Props {
  connection: Connection;
  onChanged: (connection: Connection) => void;
  onEdit: () => void;
}

/** Step: what the role may do, and whom the bucket admits. */
export function PoliciesStep({ connection, onChanged, onEdit }: Props) {
  const confirm = useConfirm(connection.id, 'bucket-policy');
  const [open, setOpen] = useState<'hand-over' | 'merge' | null>(null);
  const roleArn = connection.configuration?.roleArn ?? connection.authentication.roleArn;
  const failed = connection.verification?.completedAt && !connection.verification.passed;
  return (
    <>
      {failed && connection.verification && <ReportView report={connection.verification} title={connection.displayName} />}
      {failed && <OneClickFixes connection={connection} onChanged={onChanged} />}
      <section className="card stack wide" aria-labelledby="policies-title">
        <div className="row between">
          <div className="stack tight">
            <h2 id="policies-title" className="section-title">
              {failed ? 'Mend it in AWS, then verify again' : 'Give the role access to the bucket'}
            </h2>
            <p className="lead">
              Bucket <span className="mono">{connection.configuration?.bucket}</span>
              {connection.configuration?.path ? (
                <>
                  , path <span className="mono">{connection.configuration.path}</span>
                </>
              ) : null}
              , role <span className="mono">{roleArn}</span>.
            </p>
          </div>
          <Button size="small" onClick={onEdit}>
            Change
          </Button>
        </div>
        {connection.authentication.roleNamedBy != null && (
          <MessageBar intent="warning" title="The role was named by a callback link">
            {connection.authentication.roleNamedBy} named it, and it is in the account {roleArn?.split(':')[4]}. Make sure that this is your
            organization’s account before the bucket admits it.
          </MessageBar>
        )}
        <SetupTabs
          path={`/api/connections/${connection.id}/setup`}
          version={`${connection.status} ${connection.attempt}`}
          script="It says what it changes, and confirms the step by itself at its end."
          links={['aws-cli']}
          console={
            <PolicyInstructions
              rolePolicy={connection.rolePolicy ? pretty(connection.rolePolicy) : null}
              bucketPolicy={connection.bucketPolicy ? pretty(connection.bucketPolicy) : null}
              keyStatement={connection.keyPolicyStatement ? pretty(connection.keyPolicyStatement) : null}
              bucket={connection.configuration?.bucket}
              roleName={roleArn?.split('/').at(-1)}
              merge={
                <div>
                  <Button icon={<BranchForkRegular />} onClick={() => setOpen('merge')}>
                    Merge into my bucket’s policy
                  </Button>
                </div>
              }
            />
          }
        />
        {confirm.error && <ProblemNotice error={confirm.error} />}
        <div className="wizard-actions">
          <Button
            appearance="primary"
            icon={<CheckmarkRegular />}
            disabled={confirm.isPending}
            onClick={() => confirm.mutate(undefined, { onSuccess: onChanged })}
          >
            {confirm.isPending
              ? 'Confirming …'
              : failed
                ? 'Verify again'
                : connection.keyPolicyStatement
                  ? 'I have applied all three'
                  : 'I have applied both'}
          </Button>
          <Button icon={<PersonArrowRightRegular />} onClick={() => setOpen('hand-over')}>
            Hand over to my AWS administrator
          </Button>
        </div>
      </section>
      <Suspense>
        {open === 'hand-over' && <HandOver connection={connection} step="bucket-policy" onClose={() => setOpen(null)} />}
        {open === 'merge' && <MergePolicy path={`/api/connections/${connection.id}/merged-bucket-policy`} onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  );
}
