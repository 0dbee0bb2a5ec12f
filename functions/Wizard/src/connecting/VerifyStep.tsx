import type { Connection } from '../api/contract';
import { LiveChecks } from '../drives/LiveChecks';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useStopVerification } from './queries';

/** Whether something is being proven just now: the whole bucket, or that the role trusts us, or what may be in place already. */
export const isProving = ({ status, verification }: Connection): boolean =>
  status === 'verifying' ||
  (verification != null &&
    verification.completedAt === null &&
    (status === 'awaitingConfiguration' || status === 'awaitingTrustPolicy' || status === 'awaitingBucketPolicy'));

/** The checks that are made before the policies are asked for. */
const ofTrust = ['trust-accepted', 'external-id-required'];

/** Step: the proof, check by check as it happens. */
export function VerifyStep({ connection }: { connection: Connection }) {
  const stop = useStopVerification(connection.id);
  const report = connection.verification?.completedAt === null ? connection.verification : null;
  const title =
    connection.status === 'verifying'
      ? 'Proving that it works'
      : report?.checks.some((check) => !ofTrust.includes(check.name))
        ? 'Trying if it already works'
        : 'Proving that the role lets us in';
  return (
    <section className="card stack" aria-labelledby="verify-title">
      <h2 id="verify-title" className="section-title">
        {title}
      </h2>
      <LiveChecks report={report} stop={{ act: () => stop.mutate(), busy: stop.isPending || stop.isSuccess }} />
      {stop.error && stop.error.code !== 'step-not-open' && <ProblemNotice error={stop.error} />}
      <p className="quiet">You may close this page. We write down what came of it.</p>
    </section>
  );
}
