import { CheckmarkFilled } from '@fluentui/react-icons';
import type { Callback } from '../api/contract';
import { LiveChecks } from '../drives/LiveChecks';
import { ReportView } from '../drives/ReportView';
import { MessageBar } from '../shell/MessageBar';
import { Sentence } from '../shell/Sentence';

/** What came of what was confirmed: checked now, works, or what to mend. */
export function CallbackProgress({ callback }: { callback: Callback }) {
  const { step, status, open, problem, verification, displayName, bucket } = callback;
  const proving = verification != null && verification.completedAt === null;
  if (open) {
    if (!problem) return null;
    const report = verification?.completedAt && !verification.passed ? verification : null;
    return (
      <>
        <MessageBar intent="error" title={problem.title}>
          {report ? (
            'The report below says what failed and what to change. Change it in AWS, and confirm once more.'
          ) : (
            <Sentence text={problem.detail} />
          )}
        </MessageBar>
        {report && <ReportView report={report} title={displayName} />}
      </>
    );
  }
  const isOpen = ['awaitingTrustPolicy', 'awaitingConfiguration', 'awaitingBucketPolicy', 'verifying'].includes(status);
  const checks = isOpen && (step === 'all' ? bucket !== null : step === 'bucket-policy' && (proving || status === 'verifying'));
  if (status === 'connected' || !checks)
    return (
      <section className="card stack" role="status">
        <div className="celebrate">
          <span className="celebrate-mark" aria-hidden="true">
            <CheckmarkFilled />
          </span>
          <div className="stack tight">
            <h1 className="section-title">Thank you, that’s all</h1>
            <p className="lead">
              {status === 'connected'
                ? `It works: ${displayName} is connected, and every check passed.`
                : step === 'all'
                  ? 'Whoever sent you the link goes on from here.'
                  : 'Whoever sent you the link sees the result of the check.'}{' '}
              You can close this page.
            </p>
          </div>
        </div>
      </section>
    );
  return (
    <section className="card stack">
      <h1 className="section-title">Thank you. We check it now</h1>
      <LiveChecks report={proving ? verification : null} />
      <p className="quiet">
        You can close this page, or stay and see what comes of it. AWS needs some seconds until changes are known everywhere.
      </p>
    </section>
  );
}
