import type { Connection } from '../api/contract';
import { CheckList } from '../drives/CheckList';

/** Step: the proof, check by check as it happens. */
export function VerifyStep({ connection }: { connection: Connection }) {
  const checks = connection.verification?.completedAt ? [] : (connection.verification?.checks ?? []);
  return (
    <section className="card stack" aria-labelledby="verify-title">
      <h2 id="verify-title" className="section-title">
        Proving that it works
      </h2>
      <div className="waiting">
        <span className="pulse" aria-hidden="true" />
        <p role="status">
          {checks.length === 0 ? 'Asking AWS …' : `${checks.length} ${checks.length === 1 ? 'check' : 'checks'} made, more under way.`} New policies can take up to a minute to reach all of AWS; we try again until then.
        </p>
      </div>
      <CheckList checks={checks} />
      <p className="quiet">You may close this page. We write down what came of it.</p>
    </section>
  );
}
