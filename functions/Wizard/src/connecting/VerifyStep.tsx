import type { Connection } from '../api/contract';
import { LiveChecks } from '../drives/LiveChecks';

/** Step: the proof, check by check as it happens. */
export function VerifyStep({ connection }: { connection: Connection }) {
  return (
    <section className="card stack" aria-labelledby="verify-title">
      <h2 id="verify-title" className="section-title">
        Proving that it works
      </h2>
      <LiveChecks checks={connection.verification?.completedAt ? [] : (connection.verification?.checks ?? [])} />
      <p className="quiet">You may close this page. We write down what came of it.</p>
    </section>
  );
}
