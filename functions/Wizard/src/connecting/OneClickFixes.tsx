import type { ReactNode } from 'react';
import type { ConfigurationInput, Connection } from '../api/contract';
import { Button } from '../shell/controls';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useConfigure } from './queries';

interface Props {
  connection: Connection;
  /** What is sent with the change; what was configured unless something else is typed. */
  typed?: () => ConfigurationInput;
  onChanged: (connection: Connection) => void;
}

/** What the checks found in place of what was given: one click says that it is meant, and all is proven again. */
export function OneClickFixes({ connection, typed = () => inputOf(connection), onChanged }: Props) {
  const configure = useConfigure(connection.id);
  const { foundOwner, foundRegion, foundKmsKey, foundEncryption } = connection.verification ?? {};
  if (!connection.configuration || !(foundOwner || foundRegion || foundKmsKey || foundEncryption)) return null;
  const use = (change: Partial<ConfigurationInput>) => configure.mutate({ ...typed(), ...change }, { onSuccess: onChanged });
  const offer = (what: ReactNode, answer: string, change: Partial<ConfigurationInput>) => (
    <>
      <p>{what}</p>
      <div className="row">
        <Button appearance="primary" disabled={configure.isPending} onClick={() => use(change)}>
          {answer}
        </Button>
      </div>
    </>
  );
  return (
    <section className="card stack wide" aria-label="What was found">
      {foundRegion &&
        offer(
          <>
            The bucket is in the region <span className="mono">{foundRegion}</span>.
          </>,
          `Use ${foundRegion}`,
          { region: foundRegion },
        )}
      {foundOwner &&
        offer(
          <>
            The bucket belongs to the account <span className="mono">{foundOwner}</span>. If that is meant, every later call insists on it.
          </>,
          `Yes, it belongs to ${foundOwner}`,
          { bucketOwner: foundOwner },
        )}
      {foundKmsKey &&
        offer(
          <>
            The bucket encrypts with the KMS key <span className="mono">{foundKmsKey}</span>. If the drive names it, the policies that we
            offer allow its use.
          </>,
          'Use this key',
          { encryption: { type: 'sse-kms', kmsKeyId: foundKmsKey } },
        )}
      {foundEncryption?.type === 'sse-s3' &&
        offer('A policy asks for encryption: files are refused without one, and accepted with SSE-S3.', 'Encrypt with SSE-S3', {
          encryption: { type: 'sse-s3' },
        })}
      {configure.error && <ProblemNotice error={configure.error} />}
    </section>
  );
}

/** The secret of an access key is kept, and left out. */
function inputOf({ configuration }: Connection): ConfigurationInput {
  const { roleArn, accessKeyId, bucket, region, path, encryption, bucketOwner, requesterPays, allowOverlap } = configuration!;
  return {
    ...(roleArn ? { roleArn } : {}),
    ...(accessKeyId ? { accessKeyId } : {}),
    bucket,
    region,
    path,
    encryption: encryption.type === 'sse-kms' ? { type: encryption.type, kmsKeyId: encryption.kmsKeyId } : { type: encryption.type },
    bucketOwner,
    requesterPays,
    allowOverlap,
  };
}
