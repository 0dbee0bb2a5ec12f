import { MessageBar } from '../shell/MessageBar';
import { formatNumber } from '../shell/format';
import { useSettled } from '../shell/useSettled';
import { useTrial } from './queries';

/** What the pattern would have matched of what is there, while it is typed. */
export function PatternTrial({ driveId, folder, pattern }: { driveId: string; folder: string; pattern: string }) {
  const settled = useSettled(`${folder}\n${pattern}`).split('\n');
  const [asked, of] = [settled[0] ?? '', settled[1] ?? ''];
  const query = useTrial({ driveId, folder: asked, pattern: of });
  const trial = query.data;
  const busy = query.isFetching || asked !== folder || of !== pattern;
  // What is wrong with a field is said at the field once the form is sent; here it only means that there is nothing to show.
  if (query.error && !busy)
    return (
      <MessageBar intent="warning" title="The pattern can’t be tried">
        {query.error.fieldMessage('pattern') ?? query.error.fieldMessage('folder') ?? query.error.message}
      </MessageBar>
    );
  return (
    <div className={`trial ${busy ? 'is-busy' : ''}`} role="status">
      {!trial ? (
        <p className="quiet">Looking at what is there …</p>
      ) : trial.looked === 0 ? (
        <p>There is no file {asked === '' ? 'on this drive' : 'in this folder'} yet to try it on.</p>
      ) : (
        <>
          <p>
            <strong>
              Would have matched {formatNumber(trial.matched)} of {trial.isWhole ? '' : 'the first '}
              {formatNumber(trial.looked)}
            </strong>{' '}
            {trial.looked === 1 ? 'file that is' : 'files that are'} there now.
          </p>
          {trial.examples.length > 0 && (
            <ul className="trial-examples">
              {trial.examples.map((path) => (
                <li key={path} className="mono">
                  {path}
                </li>
              ))}
              {trial.matched > trial.examples.length && (
                <li className="quiet">and {formatNumber(trial.matched - trial.examples.length)} more</li>
              )}
            </ul>
          )}
          {!trial.isWhole && (
            <p className="quiet">
              The folder holds more than is tried: at most {formatNumber(trial.limit)} files, in the order of their paths.
            </p>
          )}
        </>
      )}
    </div>
  );
}
