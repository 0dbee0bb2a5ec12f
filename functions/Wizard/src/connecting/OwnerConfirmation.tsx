import type { Connection } from '../api/contract';
import { Button } from '../shell/controls';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useConfigure } from './queries';

/** The check found whose bucket it is: one click says that this is meant. */
export function OwnerConfirmation({ connection, onChanged }: { connection: Connection; onChanged: (connection: Connection) => void }) {
  const configure = useConfigure(connection.id);
  const owner = connection.verification?.foundOwner;
  const known = connection.configuration;
  if (!owner || !known) return null;
  const encryption = known.encryption.type === 'sse-kms' ? { type: known.encryption.type, kmsKeyId: known.encryption.kmsKeyId } : { type: known.encryption.type };
  const confirm = () =>
    configure.mutate(
      {
        ...(known.roleArn ? { roleArn: known.roleArn } : {}),
        bucket: known.bucket,
        region: known.region,
        path: known.path,
        encryption,
        bucketOwner: owner,
        requesterPays: known.requesterPays,
        allowOverlap: known.allowOverlap,
      },
      { onSuccess: onChanged },
    );
  return (
    <section className="card stack wide" aria-label="The bucket’s owner">
      <p>
        The bucket belongs to the account <span className="mono">{owner}</span>. If that is meant, every later call insists on it.
      </p>
      <div className="wizard-actions">
        <Button appearance="primary" disabled={configure.isPending} onClick={confirm}>
          Yes, it belongs to {owner}
        </Button>
      </div>
      {configure.error && <ProblemNotice error={configure.error} />}
    </section>
  );
}
