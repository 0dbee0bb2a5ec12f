import { CheckmarkCircleFilled, DismissCircleFilled, SubtractCircleRegular } from '@fluentui/react-icons';
import type { Check, CheckStatus } from '../api/contract';
import { formatDuration } from '../shell/format';

export const checkWords: Record<CheckStatus, string> = { passed: 'Passed', failed: 'Failed', skipped: 'Skipped', notApplicable: 'Not applicable' };

const icons = { passed: CheckmarkCircleFilled, failed: DismissCircleFilled, skipped: SubtractCircleRegular, notApplicable: SubtractCircleRegular };

/** Claims and what came of them. */
export function CheckList({ checks }: { checks: Check[] }) {
  return (
    <ul className="checks">
      {checks.map((check) => {
        const Icon = icons[check.status];
        return (
          <li key={`${check.name} ${check.permission}`} className={`check ${check.status}`}>
            <Icon className="check-icon" aria-hidden="true" />
            <span>
              <span className="visually-hidden">{checkWords[check.status]}: </span>
              {check.claim} {check.permission && <span className="mono quiet">{check.permission}</span>}
            </span>
            <span className="quiet">{check.status === 'passed' || check.status === 'failed' ? formatDuration(check.durationMs) : checkWords[check.status]}</span>
            {(check.explanation || check.fix || check.awsErrorCode) && (
              <div className="check-more">
                {check.explanation && <p>{check.explanation}</p>}
                {check.fix && (
                  <p className="check-fix">
                    <strong>What to change:</strong> {check.fix}
                  </p>
                )}
                {(check.awsErrorCode || check.awsRequestId) && (
                  <p className="quiet">
                    {check.awsErrorCode && (
                      <>
                        AWS said <span className="mono">{check.awsErrorCode}</span>
                      </>
                    )}{' '}
                    {check.awsRequestId && (
                      <>
                        Request id <span className="mono">{check.awsRequestId}</span>
                      </>
                    )}
                  </p>
                )}
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
