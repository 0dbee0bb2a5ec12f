import type { ReactNode } from 'react';
import { Code } from '../shell/Code';
import { CopyButton } from '../shell/CopyButton';

/** Where to click in the AWS console, and what to paste there. */
export function TrustInstructions({
  policy,
  externalId,
  goesOn = false,
}: {
  policy: string;
  externalId: string | null | undefined;
  goesOn?: boolean;
}) {
  return (
    <div className="stack">
      <ol className="todo">
        <li>
          Open{' '}
          <a className="link" href="https://console.aws.amazon.com/iam/home#/roles/create" target="_blank" rel="noreferrer">
            IAM › Roles › Create role
          </a>{' '}
          in the account of the bucket, and choose <strong>Custom trust policy</strong>.
        </li>
        <li>Replace what is in the editor by the trust policy below, and choose Next.</li>
        <li>
          Add no permissions yet; {goesOn ? 'the role policy follows below' : 'that comes in a later step'}. Choose Next, give the role a
          name and create it.
        </li>
      </ol>
      <p>
        <strong>Have a role already?</strong> Open it, choose Trust relationships › Edit trust policy, and paste the policy there instead.
      </p>
      <Code title="Custom trust policy" what="the trust policy" text={policy} />
      {externalId && (
        <p className="quiet">
          External ID: <span className="mono">{externalId}</span> <CopyButton text={externalId} what="the external ID" />
        </p>
      )}
    </div>
  );
}

interface PoliciesProps {
  rolePolicy: string | null;
  bucketPolicy: string | null;
  /** For the KMS key's own policy, where it needs one. */
  keyStatement?: string | null;
  bucket: string | undefined;
  roleName: string | undefined;
  merge?: ReactNode;
  /** The number of the first policy. */
  first?: number;
  /** Whether the bucket policy is written only when the role is known. */
  waitsForRole?: boolean;
}

export function PolicyInstructions({
  rolePolicy,
  bucketPolicy,
  keyStatement = null,
  bucket,
  roleName,
  merge,
  first = 1,
  waitsForRole = false,
}: PoliciesProps) {
  return (
    <div className="stack wide">
      {rolePolicy && (
        <div className="stack">
          <h3 className="section-title">{first}. Role policy: what the role may do</h3>
          <ol className="todo">
            <li>
              Open{' '}
              <a
                className="link"
                href={`https://console.aws.amazon.com/iam/home#/roles${roleName ? `/details/${encodeURIComponent(roleName)}` : ''}`}
                target="_blank"
                rel="noreferrer"
              >
                IAM › Roles{roleName ? ` › ${roleName}` : ''}
              </a>{' '}
              and choose Add permissions › Create inline policy › JSON.
            </li>
            <li>Paste the role policy, choose Next, name it and choose Create policy.</li>
          </ol>
          <Code title="Role policy" what="the role policy" text={rolePolicy} />
        </div>
      )}
      {waitsForRole && (
        <div className="stack">
          <h3 className="section-title">{first + 1}. Bucket policy: whom the bucket admits</h3>
          <p className="lead">It names the role. Give the role’s ARN above, and it is shown here.</p>
        </div>
      )}
      {bucketPolicy && (
        <div className="stack">
          <h3 className="section-title">{rolePolicy ? `${first + 1}. ` : ''}Bucket policy: whom the bucket admits</h3>
          <ol className="todo">
            <li>
              Open{' '}
              <a
                className="link"
                href={`https://console.aws.amazon.com/s3/buckets/${bucket ? encodeURIComponent(bucket) : ''}?tab=permissions`}
                target="_blank"
                rel="noreferrer"
              >
                S3 › {bucket ?? 'the bucket'} › Permissions
              </a>{' '}
              and choose Edit beside Bucket policy.{' '}
              <a
                className="link"
                href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html"
                target="_blank"
                rel="noreferrer"
              >
                About bucket policies
              </a>
            </li>
            <li>
              Is the editor empty? Paste the bucket policy below and save. Is there a policy already? Then merge ours into it, so that
              nothing of yours is lost.
            </li>
          </ol>
          {merge}
          <Code title="Bucket policy" what="the bucket policy" text={bucketPolicy} />
        </div>
      )}
      {keyStatement && (
        <div className="stack">
          <h3 className="section-title">{first + 2}. Key policy: who may use the KMS key</h3>
          <ol className="todo">
            <li>
              Open{' '}
              <a className="link" href="https://console.aws.amazon.com/kms/home#/kms/keys" target="_blank" rel="noreferrer">
                KMS › Customer managed keys
              </a>{' '}
              in the account of the key, open the key and choose Key policy › Edit.
            </li>
            <li>Add the statement below to the list “Statement”. Leave what is there as it is.</li>
          </ol>
          <Code title="Key policy statement" what="the key policy statement" text={keyStatement} />
        </div>
      )}
    </div>
  );
}

/** The external ID that a trust policy of ours asks for. */
export function externalIdOf(trustPolicy: unknown): string | null {
  const found = /"sts:ExternalId":"([^"]+)"/.exec(JSON.stringify(trustPolicy ?? null));
  return found?.[1] ?? null;
}
