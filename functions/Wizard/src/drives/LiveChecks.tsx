import type { Check } from '../api/contract';
import { CheckList } from './CheckList';

/** Checks as they are made. */
export function LiveChecks({ checks }: { checks: Check[] }) {
  return (
    <>
      <div className="waiting">
        <span className="pulse" aria-hidden="true" />
        <p role="status">
          {checks.length === 0 ? 'Asking AWS …' : `${checks.length} ${checks.length === 1 ? 'check' : 'checks'} made, more under way.`} New policies can take up to a minute to reach all of AWS; we try again until then.
        </p>
      </div>
      <CheckList checks={checks} />
    </>
  );
}
