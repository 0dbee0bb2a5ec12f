import { ArrowRightRegular } from '@fluentui/react-icons';
import { useEffect, useRef, useState } from 'react';
import type { Connection, Encryption } from '../api/contract';
import { ReportView } from '../drives/ReportView';
import { Button } from '../shell/controls';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useDraft } from '../shell/useDraft';
import { checkAccessKeyId, checkBucket, checkKmsKey, checkPath, checkRegion, checkRoleArn, checkSecret, knownRegions, partitionOfArn, partitionOfRegion, type Verdict } from './awsShapes';
import { Choice } from './Choice';
import { useConfigure } from './queries';
import { TypedField } from './TypedField';

interface Props {
  connection: Connection;
  onChanged: (connection: Connection) => void;
  onBack?: () => void;
}

/** Step: which bucket, and as whom. Every rule is checked while it is typed; the server has the last word. */
export function BucketStep({ connection, onChanged, onBack }: Props) {
  const known = connection.configuration;
  const usesRole = connection.authentication.method === 'iamRole';
  const givenRole = connection.authentication.roleArn ?? null;
  const [form, change, forget] = useDraft(`configuration:${connection.id}:${connection.attempt}`, {
    roleArn: known?.roleArn ?? '',
    accessKeyId: known?.accessKeyId ?? '',
    bucket: known?.bucket ?? '',
    region: known?.region ?? '',
    path: known?.path ?? '',
    encryption: known?.encryption.type ?? ('none' as Encryption['type']),
    kmsKeyId: known?.encryption.type === 'sse-kms' ? known.encryption.kmsKeyId : '',
    bucketOwner: known?.bucketOwner ?? '',
    requesterPays: known?.requesterPays ?? false,
    allowOverlap: known?.allowOverlap ?? false,
  });
  const [secret, setSecret] = useState('');
  const [insist, setInsist] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const configure = useConfigure(connection.id);

  const asksForRole = usesRole && (givenRole === null || known?.roleArn != null);
  const verdicts: Record<string, Verdict> = {
    bucket: checkBucket(form.bucket),
    region: regionVerdict(form.region, asksForRole ? form.roleArn : (givenRole ?? '')),
    path: checkPath(form.path),
    ...(asksForRole ? { roleArn: checkRoleArn(form.roleArn) } : {}),
    ...(usesRole ? {} : { accessKeyId: checkAccessKeyId(form.accessKeyId), secretAccessKey: checkSecret(secret) }),
    bucketOwner: { ok: true },
    ...(form.encryption === 'sse-kms' ? { kmsKeyId: checkKmsKey(form.kmsKeyId, form.region) } : {}),
  };
  const valid = Object.values(verdicts).every((verdict) => verdict.ok);
  const refused = (name: string) => configure.error?.fieldMessage(name, `configuration.${name}`, `encryption.${name}`, `configuration.encryption.${name}`);
  const fieldless = configure.error && Object.keys(configure.error.errors).length === 0;

  useEffect(() => {
    if (insist || configure.error) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [insist, configure.error]);

  const submit = () => {
    setInsist(true);
    if (!valid) {
      element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    configure.mutate(
      {
        ...(asksForRole ? { roleArn: form.roleArn.trim() } : {}),
        ...(usesRole ? {} : { accessKeyId: form.accessKeyId.trim(), secretAccessKey: secret.trim() }),
        bucket: form.bucket.trim(),
        region: form.region.trim(),
        path: form.path.trim(),
        encryption: form.encryption === 'sse-kms' ? { type: form.encryption, kmsKeyId: form.kmsKeyId.trim() } : { type: form.encryption },
        ...(form.bucketOwner.trim() ? { bucketOwner: form.bucketOwner.trim() } : {}),
        requesterPays: form.requesterPays,
        allowOverlap: form.allowOverlap,
      },
      {
        onSuccess: (next) => {
          setSecret('');
          forget();
          onChanged(next);
        },
      },
    );
  };

  return (
    <>
      {connection.verification?.completedAt && !connection.verification.passed && !usesRole && <ReportView report={connection.verification} title={connection.displayName} />}
      <form
        ref={element}
        className="card stack wide"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        aria-labelledby="bucket-title"
      >
        <div className="stack tight">
          <h2 id="bucket-title" className="section-title">
            The bucket
          </h2>
          <p className="lead">{usesRole ? 'Which bucket, and which role leads to it.' : 'Which bucket, and the access key of the IAM user that may use it.'} Nothing is connected before all of it is proven to work.</p>
        </div>
        {asksForRole && (
          <TypedField label="Role ARN" name="roleArn" mono required value={form.roleArn} verdict={verdicts['roleArn']!} insist={insist} refused={refused('roleArn')} placeholder="arn:aws:iam::123456789012:role/name" hint="The ARN of the role that now has our trust policy." onType={(roleArn) => change({ roleArn })} />
        )}
        {usesRole && !asksForRole && (
          <p>
            Role: <span className="mono">{givenRole}</span>
          </p>
        )}
        {!usesRole && (
          <>
            <TypedField label="Access key ID" name="accessKeyId" mono required value={form.accessKeyId} verdict={verdicts['accessKeyId']!} insist={insist} refused={refused('accessKeyId')} placeholder="AKIA…" onType={(accessKeyId) => change({ accessKeyId })} />
            <TypedField label="Secret access key" name="secretAccessKey" type="password" required value={secret} verdict={verdicts['secretAccessKey']!} insist={insist} refused={refused('secretAccessKey')} hint="Goes to the vault and is never shown again." autoComplete="new-password" onType={setSecret} />
          </>
        )}
        <TypedField label="Bucket name" name="bucket" mono required value={form.bucket} verdict={verdicts['bucket']!} insist={insist} refused={refused('bucket')} onType={(bucket) => change({ bucket })} />
        <TypedField label="Region" name="region" mono required value={form.region} verdict={verdicts['region']!} insist={insist} refused={refused('region')} list="regions" placeholder="us-east-1" onType={(region) => change({ region })} />
        <datalist id="regions">
          {knownRegions.map((region) => (
            <option key={region} value={region} />
          ))}
        </datalist>
        <TypedField label="Path" name="path" mono value={form.path} verdict={verdicts['path']!} insist={insist} refused={refused('path')} placeholder="claims/inbox" hint="The folder that becomes the drive. Leave it empty for the whole bucket." onType={(path) => change({ path })} />
        <fieldset className="choices">
          <legend>Encryption</legend>
          <div className="choices-row three">
            <Choice group="encryption" value="none" checked={form.encryption === 'none'} name="As the bucket says" note="We send no encryption header; the bucket’s default applies." onChoose={() => change({ encryption: 'none' })} />
            <Choice group="encryption" value="sse-s3" checked={form.encryption === 'sse-s3'} name="SSE-S3" note="With keys that Amazon S3 manages." onChoose={() => change({ encryption: 'sse-s3' })} />
            <Choice group="encryption" value="sse-kms" checked={form.encryption === 'sse-kms'} name="SSE-KMS" note="With a KMS key of yours." onChoose={() => change({ encryption: 'sse-kms' })} />
          </div>
          {form.encryption === 'sse-kms' && (
            <TypedField label="KMS key ARN" name="kmsKeyId" mono required value={form.kmsKeyId} verdict={verdicts['kmsKeyId']!} insist={insist} refused={refused('kmsKeyId')} placeholder="arn:aws:kms:us-east-1:123456789012:key/…" onType={(kmsKeyId) => change({ kmsKeyId })} />
          )}
        </fieldset>
        <details open={form.bucketOwner !== '' || form.requesterPays}>
          <summary>The bucket is another account’s</summary>
          <TypedField label="Owner of the bucket" name="bucketOwner" mono value={form.bucketOwner} verdict={verdicts['bucketOwner']!} insist={insist} refused={refused('bucketOwner')} placeholder="123456789012" hint="The account that owns the bucket. Every call insists on it. Leave it empty for a bucket of the role’s or user’s own account." onType={(bucketOwner) => change({ bucketOwner })} />
          <label>
            <input type="checkbox" name="requesterPays" checked={form.requesterPays} onChange={(event) => change({ requesterPays: event.target.checked })} /> The requester pays for requests and transfers
          </label>
        </details>
        {configure.error?.code === 'overlap' && (
          <label>
            <input type="checkbox" name="allowOverlap" checked={form.allowOverlap} onChange={(event) => change({ allowOverlap: event.target.checked })} /> It is meant to overlap
          </label>
        )}
        {(fieldless || configure.error?.code === 'overlap') && <ProblemNotice error={configure.error} />}
        <div className="wizard-actions">
          <Button appearance="primary" type="submit" disabled={configure.isPending} icon={<ArrowRightRegular />} iconPosition="after">
            {configure.isPending ? 'Saving …' : usesRole ? 'Next' : 'Verify and connect'}
          </Button>
          {onBack && (
            <Button appearance="subtle" disabled={configure.isPending} onClick={onBack}>
              Back
            </Button>
          )}
          {insist && !valid && <span role="status">Some fields need another look.</span>}
        </div>
      </form>
    </>
  );
}

function regionVerdict(region: string, roleArn: string): Verdict {
  const shape = checkRegion(region);
  if (!shape.ok) return shape;
  const [ofRole, ofRegion] = [partitionOfArn(roleArn), partitionOfRegion(region.trim())];
  return ofRole && ofRegion && !ofRole.startsWith(ofRegion)
    ? { ok: false, problem: `The role is in the partition ${ofRole} and the region in ${ofRegion}; credentials don’t cross partitions.` }
    : shape;
}
