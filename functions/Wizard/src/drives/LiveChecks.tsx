import type { VerificationReport } from '../api/contract';
import { CheckList } from './CheckList';
import { Elapsed, Waiting } from './Waiting';

interface Props {
  /** Null before the first one is there. */
  report: VerificationReport | null;
  stop?: { act: () => void; busy: boolean } | null;
}

/** Checks as they are made, and what is waited for. */
export function LiveChecks({ report, stop = null }: Props) {
  // Checks that don't apply don't count as progress.
  const checks = (report?.checks ?? []).filter((check) => check.status !== 'notApplicable');
  return (
    <>
      <div className="waiting">
        <span className="pulse" aria-hidden="true" />
        <p role="status">
          {checks.length === 0 ? 'Asking AWS …' : `${checks.length} ${checks.length === 1 ? 'check' : 'checks'} made, more under way.`}{' '}
          {report && <Elapsed since={report.startedAt} />}
        </p>
      </div>
      {report?.retrying && <Waiting retrying={report.retrying} stop={stop} />}
      <CheckList checks={checks} />
    </>
  );
}
