import { Words } from '../shell/Words';
import { CheckmarkCircleFilled, DismissCircleFilled, SubtractCircleRegular } from '@fluentui/react-icons';
import type { Check, CheckStatus } from '../api/contract';
import { Code, pretty } from '../shell/Code';
import { formatDuration } from '../shell/format';
import { splitFix, titleOf } from '../shell/splitFix';
import { sentenceOf } from './checkSentences';

export const checkWords: Record<CheckStatus, string> = {
  passed: 'Passed',
  failed: 'Failed',
  skipped: 'Skipped',
  notApplicable: 'Not applicable',
};

const icons = {
  passed: CheckmarkCircleFilled,
  failed: DismissCircleFilled,
  skipped: SubtractCircleRegular,
  notApplicable: SubtractCircleRegular,
};

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
              {sentenceOf(check)} {check.permission && <span className="mono quiet">{check.permission}</span>}
            </span>
            <span className="quiet check-state">
              {check.status === 'passed' || check.status === 'failed' ? formatDuration(check.durationMs) : checkWords[check.status]}
            </span>
            {(check.explanation || check.fix || check.awsErrorCode) && (
              <div className="check-more">
                {check.explanation && <p>{check.explanation}</p>}
                {check.fix && <Fix text={check.fix} claim={check.claim} />}
                {(check.awsErrorCode || check.awsRequestId) && (
                  <p className="quiet">
                    {check.awsErrorCode && (
                      <>
                        AWS said <span className="mono">{check.awsErrorCode}</span>
                      </>
                    )}
                    {check.awsErrorCode && check.awsRequestId && ' · '}
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

/** What to change; a policy statement in it is set apart, to be copied. */
function Fix({ text, claim }: { text: string; claim: string }) {
  const { words, statement } = splitFix(text);
  return (
    <div className="check-fix">
      <p>
        <strong>What to change:</strong> <Words text={words} />
      </p>
      {statement !== null && (
        <Code title={titleOf(statement)} what={`the ${titleOf(statement).toLowerCase()} for “${claim}”`} text={pretty(statement)} />
      )}
    </div>
  );
}
