import { useState } from 'react';
import type { VerificationReport } from '../api/contract';
import { Button } from '../shell/controls';
import { CopyButton } from '../shell/CopyButton';
import { formatDateTime } from '../shell/format';
import { CheckList } from './CheckList';
import { reportAsMarkdown } from './reportAsMarkdown';
import '../connecting/connecting.css';

/** A verification report: what failed first, the rest on demand. */
export function ReportView({ report, title }: { report: VerificationReport; title: string }) {
  const failed = report.checks.filter((check) => check.status === 'failed');
  const others = report.checks.filter((check) => check.status !== 'failed');
  const [showAll, setShowAll] = useState(report.passed);
  const passed = others.filter((check) => check.status === 'passed').length;
  return (
    <section className="card stack" aria-labelledby="report-title">
      <div className="row between">
        <div className="stack tight">
          <h2 id="report-title" className="section-title">
            {report.passed ? 'Every check passed' : report.completedAt ? `${failed.length} ${failed.length === 1 ? 'check' : 'checks'} failed` : 'Checks under way'}
          </h2>
          <p className="quiet">
            {formatDateTime(report.completedAt ?? report.startedAt)} · {passed} passed, {failed.length} failed, {others.length - passed} not made
          </p>
        </div>
        <CopyButton text={reportAsMarkdown(report, title)} what="the report as Markdown" label="Copy as Markdown" appearance="secondary" />
      </div>
      {failed.length > 0 && <CheckList checks={failed} />}
      {showAll && <CheckList checks={others} />}
      {!report.passed && others.length > 0 && (
        <div>
          <Button size="small" appearance="subtle" aria-expanded={showAll} onClick={() => setShowAll(!showAll)}>
            {showAll ? 'Hide the others' : `Show the other ${others.length}`}
          </Button>
        </div>
      )}
    </section>
  );
}
