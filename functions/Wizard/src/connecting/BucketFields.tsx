import { useLayoutEffect } from 'react';
import { Choice } from './Choice';
import { knownRegions, regionName } from './regions';
import { TypedField } from './TypedField';
import type { BucketForm } from './useBucketForm';

interface Props {
  form: BucketForm;
  insist: boolean;
  /** What the server said of a field. */
  refused: (name: string) => string | undefined;
}

/** Which bucket, where, and which folder of it. */
export function BucketFields({ form: { form, verdicts, ...act }, insist, refused }: Props) {
  useLayoutEffect(() => {
    // S3's answer may come to somebody who is in the field already: what they type takes its place.
    const field = document.activeElement;
    if (field instanceof HTMLInputElement && field.name === 'region') field.select();
  }, [act.fills]);
  return (
    <>
      <TypedField
        label="Bucket name"
        name="bucket"
        mono
        required
        value={form.bucket}
        verdict={verdicts['bucket']!}
        insist={insist}
        refused={refused('bucket')}
        hint="Or paste its s3:// address, its ARN or its page’s address in the console; region and path are taken from it too."
        onType={act.typeBucket}
        onUse={act.useBucketMeant}
      />
      <TypedField
        label="Region"
        name="region"
        mono
        required
        value={form.region}
        verdict={verdicts['region']!}
        insist={insist}
        refused={refused('region')}
        list="regions"
        placeholder="us-east-1"
        onType={(region) => act.change({ region })}
      />
      <datalist id="regions">
        {knownRegions.map((region) => (
          <option key={region} value={region} label={regionName(region)} />
        ))}
      </datalist>
      <p className="field-note after-field">
        <a className="link" href="https://docs.aws.amazon.com/general/latest/gr/s3.html" target="_blank" rel="noreferrer">
          AWS’s list of regions and their codes
        </a>
      </p>
      <TypedField
        label="Path"
        name="path"
        mono
        value={form.path}
        verdict={verdicts['path']!}
        insist={insist}
        refused={refused('path')}
        placeholder="claims/inbox"
        hint="The folder that becomes the drive. Leave it empty for the whole bucket."
        onType={(path) => act.change({ path })}
        onUse={act.repairPath}
      />
    </>
  );
}

/** How files are encrypted. */
export function EncryptionFields({ form: { form, verdicts, change }, insist, refused }: Props) {
  return (
    <fieldset className="choices">
      <legend>Encryption</legend>
      <div className="choices-row three">
        <Choice
          group="encryption"
          value="none"
          checked={form.encryption === 'none'}
          name="Bucket default"
          note="We send no encryption header; the bucket’s default applies."
          onChoose={() => change({ encryption: 'none' })}
        />
        <Choice
          group="encryption"
          value="sse-s3"
          checked={form.encryption === 'sse-s3'}
          name="SSE-S3"
          note="With keys that Amazon S3 manages."
          onChoose={() => change({ encryption: 'sse-s3' })}
        />
        <Choice
          group="encryption"
          value="sse-kms"
          checked={form.encryption === 'sse-kms'}
          name="SSE-KMS"
          note="With a KMS key of yours."
          onChoose={() => change({ encryption: 'sse-kms' })}
        />
      </div>
      {form.encryption === 'sse-kms' && (
        <TypedField
          label="KMS key ARN"
          name="kmsKeyId"
          mono
          required
          value={form.kmsKeyId}
          verdict={verdicts['kmsKeyId']!}
          insist={insist}
          refused={refused('kmsKeyId')}
          placeholder="arn:aws:kms:us-east-1:123456789012:key/…"
          onType={(kmsKeyId) => change({ kmsKeyId })}
        />
      )}
    </fieldset>
  );
}

/** As whom: a role, or the two halves of an access key. */
export function IdentityFields({ form: { form, verdicts, ...act }, insist, refused }: Props) {
  if (act.asksForRole)
    return (
      <>
        <TypedField
          label="Role ARN"
          name="roleArn"
          mono
          required
          value={form.roleArn}
          verdict={verdicts['roleArn']!}
          insist={insist}
          refused={refused('roleArn')}
          placeholder="arn:aws:iam::123456789012:role/name"
          hint="The ARN of the role that now has our trust policy."
          onType={(roleArn) => act.change({ roleArn })}
        />
        <p className="field-note after-field">
          <a
            className="link"
            href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns"
            target="_blank"
            rel="noreferrer"
          >
            Where AWS shows a role’s ARN
          </a>
        </p>
      </>
    );
  if (act.usesRole && act.givenRole === null) return null;
  if (act.usesRole)
    return (
      <p>
        Role: <span className="mono">{act.givenRole}</span>
      </p>
    );
  return (
    <>
      <TypedField
        label="Access key ID"
        name="accessKeyId"
        mono
        required
        value={form.accessKeyId}
        verdict={verdicts['accessKeyId']!}
        insist={insist}
        refused={refused('accessKeyId')}
        placeholder="AKIA…"
        hint="Both halves may be pasted here at once, as AWS gives them."
        onType={(text) => act.takeKey(text) || act.change({ accessKeyId: text })}
        onPasted={act.takeKey}
      />
      <TypedField
        label="Secret access key"
        name="secretAccessKey"
        type="password"
        required={!act.keptSecret}
        value={act.secret}
        verdict={verdicts['secretAccessKey']!}
        insist={insist}
        refused={refused('secretAccessKey')}
        placeholder={act.keptSecret ? 'Kept from before' : undefined}
        hint={
          act.keptSecret
            ? 'The secret that you gave for this key is kept in the vault. Type another one only to replace it.'
            : 'Goes to the vault and is never shown again.'
        }
        autoComplete="new-password"
        onType={(text) => act.takeKey(text) || act.setSecret(text)}
        onPasted={act.takeKey}
      />
    </>
  );
}

/** For a bucket of another account. */
export function OwnerFields({ form: { form, change }, insist, refused }: Props) {
  return (
    <details open={form.bucketOwner !== '' || form.requesterPays || refused('bucketOwner') !== undefined}>
      <summary>The bucket belongs to another AWS account</summary>
      <div className="stack">
        <TypedField
          label="Owner of the bucket"
          name="bucketOwner"
          mono
          value={form.bucketOwner}
          insist={insist}
          refused={refused('bucketOwner')}
          placeholder="123456789012"
          hint="The account that owns the bucket. Every call insists on it. Leave it empty for a bucket of the role’s or user’s own account."
          onType={(bucketOwner) => change({ bucketOwner })}
        />
        <label>
          <input
            type="checkbox"
            name="requesterPays"
            checked={form.requesterPays}
            onChange={(event) => change({ requesterPays: event.target.checked })}
          />{' '}
          The requester pays for requests and transfers
        </label>
      </div>
    </details>
  );
}
