import { useEffect } from 'react';
import { useSearchParams } from 'wouter';
import type { Drive, VerificationReport } from '../api/contract';
import { useWatched } from '../api/useWatched';
import { Button } from '../shell/controls';
import { Loading } from '../shell/Loading';
import { ProblemNotice } from '../shell/ProblemNotice';
import { LiveChecks } from './LiveChecks';
import { OfferedPolicies } from './OfferedPolicies';
import { useForgetDrives, useVerifyAgain } from './queries';
import { ReportView } from './ReportView';
import { isComplete } from './VerificationWatch';
import '../connecting/connecting.css';

/** All checks once more, and what came of them. */
export default function VerificationTab({ drive }: { drive: Drive }) {
  const [search, setSearch] = useSearchParams();
  const id = search.get('report') ?? drive.verificationId ?? null;
  const { value: report, problem } = useWatched<VerificationReport>(
    id ? `/api/drives/${drive.id}/verifications/${encodeURIComponent(id)}` : null,
    isComplete,
  );
  const verify = useVerifyAgain(drive.id);
  const forget = useForgetDrives();
  const completed = search.has('report') ? report?.completedAt : null;
  useEffect(() => {
    if (completed) forget();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it completes
  }, [completed]);
  const start = () => verify.mutate(undefined, { onSuccess: (next) => setSearch({ report: next.id }) });

  if (search.has('report') && problem) return <ProblemNotice error={problem} />;
  if (id && !problem && report?.id !== id) return <Loading what="the report" lines={4} height={64} />;
  if (report && !report.completedAt)
    return (
      <section className="card stack" aria-labelledby="verify-title">
        <h2 id="verify-title" className="section-title">
          Proving that it works
        </h2>
        <LiveChecks report={report} />
        <p className="quiet">You may leave this page; the address leads back to the report.</p>
      </section>
    );
  const now = drive.state === 'connected' && (
    <Button size="small" appearance="primary" disabled={verify.isPending} onClick={start}>
      {verify.isPending ? 'Starting …' : 'Verify now'}
    </Button>
  );
  return (
    <div className="stack">
      {report ? (
        <ReportView report={report} title={drive.displayName} action={now} />
      ) : (
        <section className="card stack">
          <h2 className="section-title">Prove it again</h2>
          <p className="lead">
            Every check that was made when the drive was connected is made once more: what must be allowed is allowed, what must be refused
            is refused. Small test objects are written below the drive’s path and removed again.
          </p>
          <div>{now}</div>
        </section>
      )}
      {verify.error && <ProblemNotice error={verify.error} />}
      <OfferedPolicies drive={drive} />
    </div>
  );
}
