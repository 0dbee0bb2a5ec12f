import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useChangeSharing, useSharingSetting } from './queries';

/** Whether people of the organization may share files by links. */
export function SharingSetting() {
  const person = usePerson();
  const setting = useSharingSetting();
  const change = useChangeSharing();
  return (
    <section className="card stack" aria-labelledby="sharing-title">
      <div className="stack tight">
        <h2 id="sharing-title" className="section-title">
          Shared files
        </h2>
        <p className="quiet">
          Whoever may use a drive can make links to its files for people without an account. While this is off, none can be made, and those
          that were made don’t work.
        </p>
      </div>
      {setting.error && <ProblemNotice error={setting.error} retry={() => void setting.refetch()} />}
      {change.error && <ProblemNotice error={change.error} />}
      {setting.data && (
        <label>
          <input
            type="checkbox"
            role="switch"
            name="sharing"
            checked={setting.data.allowed}
            disabled={!person.isAdmin || change.isPending}
            onChange={(event) => change.mutate(event.target.checked)}
          />{' '}
          Files may be shared by links
        </label>
      )}
    </section>
  );
}
