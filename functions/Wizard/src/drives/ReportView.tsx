import { useState, type ReactNode } from 'react';
import type { VerificationReport } from '../api/contract';
import { Button } from '../shell/controls';
import { CopyButton } from '../shell/CopyButton';
import { formatDateTime } from '../shell/format';
import { AllAtOnce } from './AllAtOnce';
import { CheckList } from './CheckList';
import { reportAsMarkdown } from './reportAsMarkdown';
import '../connecting/connecting.css';

interface Props {
  report: VerificationReport;
  title: string;
  /** A button that does something about it. */
  action?: ReactNode;
}

/** A verification report: what failed first, the rest on demand. */
export function ReportView({ report, title, action }: Props) {
  const failed = report.checks.filter((check) => check.status === 'failed');
  const passed = report.checks.filter((check) => check.status === 'passed');
  const rest = report.checks.filter((check) => check.status === 'skipped' || check.status === 'notApplicable');
  const [showPassed, setShowPassed] = useState(report.passed);
  const [showRest, setShowRest] = useState(false);
  return (
    <section className="card stack" aria-labelledby="report-title">
      <div className="row between">
        <div className="stack tight">
          <h2 id="report-title" className="section-title">
            {report.passed
              ? 'Every check passed'
              : report.completedAt
                ? `${failed.length} ${failed.length === 1 ? 'check' : 'checks'} failed`
                : 'Checks under way'}
          </h2>
          <p className="quiet">
            {formatDateTime(report.completedAt ?? report.startedAt)} · {passed.length} passed, {failed.length} failed, {rest.length} not
            made
          </p>
        </div>
        <div className="row">
          <CopyButton
            text={reportAsMarkdown(report, title)}
            what="the report as Markdown"
            label="Copy as Markdown"
            appearance="secondary"
          />
          {action}
        </div>
      </div>
      <AllAtOnce failed={failed} />
      {failed.length > 0 && <CheckList checks={failed} />}
      {showPassed && passed.length > 0 && <CheckList checks={passed} />}
      {showRest && <CheckList checks={rest} />}
      <div className="row">
        {!report.passed && passed.length > 0 && (
          <Button size="small" appearance="transparent" aria-expanded={showPassed} onClick={() => setShowPassed(!showPassed)}>
            {showPassed ? 'Hide what passed' : `Show ${passed.length === 1 ? '1 check that' : `${passed.length} checks that`} passed`}
          </Button>
        )}
        {rest.length > 0 && (
          <Button size="small" appearance="transparent" aria-expanded={showRest} onClick={() => setShowRest(!showRest)}>
            {showRest
              ? 'Hide what was skipped'
              : `Show ${rest.length === 1 ? '1 check that was' : `${rest.length} checks that were`} skipped, and why`}
          </Button>
        )}
      </div>
    </section>
  );
}
