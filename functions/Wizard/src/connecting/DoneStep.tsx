import { CheckmarkFilled } from '@fluentui/react-icons';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Connection } from '../api/contract';
import { DefaultChoice } from '../drives/DefaultChoice';
import { ReportView } from '../drives/ReportView';
import { Button } from '../shell/controls';

/** Step: it works. Now: shall it be the default? */
export default function DoneStep({ connection }: { connection: Connection }) {
  const [showReport, setShowReport] = useState(false);
  const drive = `/drives/${connection.driveId}`;
  return (
    <>
      <section className="card stack wide">
        <div className="celebrate">
          <span className="celebrate-mark" aria-hidden="true">
            <CheckmarkFilled />
          </span>
          <div className="stack tight">
            <h2 className="section-title">Every check passed</h2>
            <p className="lead">The drive is ready. We keep checking that it still works, and tell you when it doesn’t.</p>
          </div>
        </div>
        {connection.driveId && (
          <DefaultChoice driveId={connection.driveId} displayName={connection.displayName} audience={connection.audience} />
        )}
        <div className="wizard-actions">
          <Link href={`${drive}/files`} asChild>
            <Button as="a" appearance="primary">
              Open the drive
            </Button>
          </Link>
          <Link href="/" asChild>
            <Button as="a">All drives</Button>
          </Link>
          <Button appearance="subtle" aria-expanded={showReport} onClick={() => setShowReport(!showReport)}>
            {showReport ? 'Hide the report' : 'Show the report'}
          </Button>
        </div>
      </section>
      {showReport && connection.verification && <ReportView report={connection.verification} title={connection.displayName} />}
    </>
  );
}
