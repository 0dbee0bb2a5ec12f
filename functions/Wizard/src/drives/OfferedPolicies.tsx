import { useState } from 'react';
import type { Drive } from '../api/contract';
import { useConnections } from '../connecting/queries';
import { Button } from '../shell/controls';
import { Code, pretty } from '../shell/Code';

/** The policies that were offered when the drive was connected, for whoever has to apply them again. */
export function OfferedPolicies({ drive }: { drive: Drive }) {
  const connections = useConnections();
  const [open, setOpen] = useState(false);
  const from = connections.data?.find((connection) => connection.driveId === drive.id);
  const policies = [
    ['Trust policy', from?.trustPolicy],
    ['Role policy', from?.rolePolicy],
    ['Bucket policy', from?.bucketPolicy],
    ['Key policy statement', from?.keyPolicyStatement],
  ].filter((policy): policy is [string, Record<string, unknown>] => policy[1] != null);
  if (policies.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="offered-title">
      <h2 id="offered-title" className="section-title">
        Policies
      </h2>
      <p className="lead">
        What was offered for AWS when the drive was connected. A{' '}
        <a
          className="link"
          href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html"
          target="_blank"
          rel="noreferrer"
        >
          bucket policy
        </a>{' '}
        belongs to the bucket, the others to the role or the key.
      </p>
      <div>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide the policies' : 'Show the policies'}
        </Button>
      </div>
      {open &&
        policies.map(([name, document]) => <Code key={name} title={name} what={`the ${name.toLowerCase()}`} text={pretty(document)} />)}
    </section>
  );
}
