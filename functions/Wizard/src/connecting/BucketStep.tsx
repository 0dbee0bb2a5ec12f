import { ArrowRightRegular } from '@fluentui/react-icons';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Bucket, Connection } from '../api/contract';
import { ReportView } from '../drives/ReportView';
import { Button } from '../shell/controls';
import { MessageBar } from '../shell/MessageBar';
import { ProblemNotice } from '../shell/ProblemNotice';
import { checkBucket } from './awsShapes';
import { BucketFields, EncryptionFields, IdentityFields, OwnerFields } from './BucketFields';
import { KeyPermissions } from './KeyPermissions';
import { OneClickFixes } from './OneClickFixes';
import { useConfigure } from './queries';
import { regionName } from './regions';
import { useBucketNow } from './useBucket';
import { absence, useBucketForm } from './useBucketForm';

interface Props {
  connection: Connection;
  onChanged: (connection: Connection) => void;
  onBack?: () => void;
  /** Where the role is made later, and confirmed with its ARN. */
  withoutRole?: boolean;
  /** What stands above the fields. */
  before?: ReactNode;
}

/** Step: which bucket, and as whom. Every rule is checked while it is typed; the server has the last word. */
export function BucketStep({ connection, onChanged, onBack, withoutRole = false, before }: Props) {
  const form = useBucketForm(connection, withoutRole);
  const [insist, setInsist] = useState(false);
  const [doubt, setDoubt] = useState<{ text: string; of: string } | null>(null);
  const [asking, setAsking] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const configure = useConfigure(connection.id);
  const bucketNow = useBucketNow();
  const refused = (name: string) =>
    configure.error?.fieldMessage(name, `configuration.${name}`, `encryption.${name}`, `configuration.encryption.${name}`);
  const fieldless = configure.error && Object.keys(configure.error.errors).length === 0;
  const overlaps = configure.error?.code === 'overlap';
  const busy = configure.isPending || asking;
  const input = form.input();
  const typed = JSON.stringify([input.bucket, input.region, input.path]);
  const focusProblem = () => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();

  useEffect(() => {
    if (insist || configure.error) focusProblem();
  }, [insist, configure.error]);

  const submit = async () => {
    if (busy) return;
    setInsist(true);
    if (!form.valid) {
      focusProblem();
      return;
    }
    if (doubt?.of !== typed) {
      // If S3 hasn't answered yet, its answer is waited for, for a moment: it comes sooner than a verification's.
      setAsking(true);
      const bucket = form.bucket ?? (checkBucket(input.bucket).ok ? await bucketNow(input.bucket) : null);
      setAsking(false);
      if (bucket?.region && bucket.region !== input.region) {
        setTimeout(focusProblem);
        return;
      }
      const text = doubtOf(bucket, input.region) ?? form.pathDoubt;
      if (text) {
        setDoubt({ text, of: typed });
        return;
      }
    }
    configure.mutate(input, {
      onSuccess: (next) => {
        form.forgetDraft();
        onChanged(next);
      },
    });
  };

  return (
    <>
      {connection.verification?.completedAt && !connection.verification.passed && !form.usesRole && (
        <>
          <ReportView report={connection.verification} title={connection.displayName} />
          <OneClickFixes connection={connection} typed={form.input} onChanged={onChanged} />
        </>
      )}
      <form
        ref={element}
        className="card stack wide"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        aria-labelledby="bucket-title"
      >
        {before}
        <div className="stack tight">
          <h2 id="bucket-title" className="section-title">
            The bucket
          </h2>
          <p className="lead">
            {withoutRole
              ? 'Which bucket the role will access.'
              : form.usesRole
                ? 'Which bucket, and which role leads to it.'
                : 'Which bucket, and the access key of the IAM user that may use it.'}{' '}
            Nothing is connected before all of it is proven to work.
          </p>
        </div>
        {!form.usesRole && (
          <KeyPermissions
            bucket={input.bucket}
            region={input.region}
            path={input.path ?? ''}
            kmsKeyId={form.form.encryption === 'sse-kms' ? form.form.kmsKeyId.trim() : ''}
            access={connection.access}
          />
        )}
        <IdentityFields form={form} insist={insist} refused={refused} />
        <BucketFields form={form} insist={insist} refused={refused} />
        <EncryptionFields form={form} insist={insist} refused={refused} />
        <OwnerFields form={form} insist={insist} refused={refused} />
        {(fieldless || overlaps) && <ProblemNotice error={configure.error} />}
        {overlaps && (
          <label>
            <input
              type="checkbox"
              name="allowOverlap"
              checked={form.form.allowOverlap}
              onChange={(event) => form.change({ allowOverlap: event.target.checked })}
            />{' '}
            It is meant to overlap
          </label>
        )}
        {doubt?.of === typed && (
          <MessageBar intent="warning" title="Is that right?">
            {doubt.text}
          </MessageBar>
        )}
        <div className="wizard-actions">
          <Button appearance="primary" type="submit" disabled={configure.isPending} icon={<ArrowRightRegular />} iconPosition="after">
            {configure.isPending
              ? 'Saving …'
              : asking
                ? 'Asking S3 …'
                : doubt?.of === typed
                  ? 'Go on all the same'
                  : form.usesRole
                    ? 'Next'
                    : 'Verify and connect'}
          </Button>
          {onBack && (
            <Button appearance="subtle" disabled={busy} onClick={onBack}>
              Back
            </Button>
          )}
          {insist && !form.valid && <span role="status">Some fields need another look.</span>}
        </div>
      </form>
    </>
  );
}

/** A question to confirm before the configuration is saved; null where nothing is doubtful. */
function doubtOf(bucket: Bucket | null, region: string): string | null {
  if (bucket?.exists === false) return absence;
  return regionName(region) || bucket?.region === region ? null : `We know of no region ${region}. If it is new, go on.`;
}
