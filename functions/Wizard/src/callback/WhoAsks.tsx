import type { Callback } from '../api/contract';
import { formatDateTime } from '../shell/format';

/** Who asks, for what, and until when. */
export function Request({ callback }: { callback: Callback }) {
  const { requestedBy, organization, displayName, bucket, path, expiresAt, requestedAt, step } = callback;
  return (
    <p className="lead">
      {requestedBy ?? 'Somebody'} {organization ? `of ${organization}` : 'in your organization'} asked on {formatDateTime(requestedAt)} to
      connect{' '}
      {bucket ? (
        <>
          the bucket <strong>{bucket}</strong>
          {path && (
            <>
              , folder <strong>{path}</strong>
            </>
          )}
          ,
        </>
      ) : (
        'an S3 bucket'
      )}{' '}
      as the drive <strong>{displayName}</strong>, and needs an AWS administrator for {step === 'all' ? 'it' : 'this step'}. You need no
      account here. The link works until {formatDateTime(expiresAt)}.
    </p>
  );
}

/** What the drive will be able to do and what not, and how to check that this is genuine. */
export function WhatItMayDo({ callback }: { callback: Callback }) {
  const { requestedBy, displayName, bucket, path, access, trustPolicy, rolePolicy, step, needsRoleArn } = callback;
  const principal = /"AWS":"([^"]+)"/.exec(JSON.stringify(trustPolicy ?? null))?.[1];
  const usesKey = JSON.stringify(rolePolicy ?? null).includes('kms:');
  const where = path ? `below ${path}/ in ${bucket}` : `in ${bucket}`;
  return (
    <section className="card stack" aria-labelledby="may-title">
      <h2 id="may-title" className="section-title">
        What it will be able to do
      </h2>
      <ul className="points">
        {bucket ? (
          <>
            <li>
              {access === 'readOnly' ? 'List and read' : 'List, read, write and delete'} files {where}.
            </li>
            <li>
              No files of another {path ? 'folder' : 'bucket'}, no change to the bucket, no other service
              {usesKey ? ' but the KMS key that the policy names' : ''}.
            </li>
          </>
        ) : (
          <li>Nothing yet: the trust policy only says who may use the role. What the role may do is a later step.</li>
        )}
        {trustPolicy && (
          <li>By our statement in the trust policy, only ServerlessDrives can use the role, and only with the external ID in it.</li>
        )}
        <li>You can take it back at any time, by removing our statements from the role and the bucket’s policy.</li>
      </ul>
      <details>
        <summary>How do I know that this is genuine?</summary>
        <ul className="points">
          <li>
            Ask {requestedBy ?? 'whoever sent you the link'} in a way of your own, not by answering the message that brought it, whether
            they want to connect <strong>{displayName}</strong>.
          </li>
          <li>
            Compare this page’s address, <span className="mono">{location.host}</span>, with the one that your colleagues use. Nothing on
            this page asks for a password or an AWS key.
          </li>
          {principal && (
            <li>
              The trust policy admits one principal, <span className="mono break">{principal}</span>. Your organization’s administrator of
              ServerlessDrives can tell you whether that is ours.
            </li>
          )}
          <li>
            Each policy is shown in full below before you apply it
            {step === 'all' && needsRoleArn ? '; the bucket policy as soon as you give the role’s ARN' : ''}.
          </li>
        </ul>
      </details>
    </section>
  );
}
