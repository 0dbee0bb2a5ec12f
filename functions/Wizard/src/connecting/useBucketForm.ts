import { useState } from 'react';
import type { Bucket, ConfigurationInput, Connection, Encryption } from '../api/contract';
import { useDraft } from '../shell/useDraft';
import {
  checkAccessKeyId,
  checkBucket,
  checkKmsKey,
  checkPath,
  checkRegion,
  checkRoleArn,
  checkSecret,
  partitionOfArn,
  partitionOfRegion,
  readRegion,
  type Verdict,
} from './awsShapes';
import { keyIn, pathMeant, placeIn, type Place } from './pasted';
import { regionName } from './regions';
import { useBucket } from './useBucket';

/** Secrets that were typed, for as long as the page is open: a try that fails takes nothing away. Never stored. */
const secrets = new Map<string, string>();

interface Form {
  roleArn: string;
  accessKeyId: string;
  bucket: string;
  region: string;
  /** The region that S3 told and that nobody has typed over. */
  toldRegion: string;
  path: string;
  encryption: Encryption['type'];
  kmsKeyId: string;
  bucketOwner: string;
  requesterPays: boolean;
  allowOverlap: boolean;
}

/** What is typed at the step, what is wrong with it, and what was meant. */
export function useBucketForm(connection: Connection, withoutRole = false) {
  const known = connection.configuration;
  const usesRole = connection.authentication.method === 'iamRole';
  const givenRole = connection.authentication.roleArn ?? null;
  const asksForRole = usesRole && !withoutRole && (givenRole === null || known?.roleArn != null);
  const [form, change, forget] = useDraft<Form>(`configuration:${connection.id}:${connection.attempt}`, {
    roleArn: known?.roleArn ?? connection.authentication.reportedRoleArn ?? '',
    accessKeyId: known?.accessKeyId ?? '',
    bucket: known?.bucket ?? '',
    region: known?.region ?? '',
    toldRegion: '',
    path: known?.path ?? '',
    encryption: known?.encryption.type ?? 'none',
    kmsKeyId: known?.encryption.type === 'sse-kms' ? known.encryption.kmsKeyId : '',
    bucketOwner: known?.bucketOwner ?? '',
    requesterPays: known?.requesterPays ?? false,
    allowOverlap: known?.allowOverlap ?? false,
  });
  const [secret, keep] = useState(() => secrets.get(connection.id) ?? '');
  const setSecret = (text: string) => {
    secrets.set(connection.id, text);
    keep(text);
  };
  const bucket = useBucket(form.bucket);
  // An empty field is filled, and so is one that S3's answer for another name has filled; what a person typed stays.
  const [fills, setFills] = useState(0);
  if (bucket?.region && form.region !== bucket.region && (form.region === '' || form.region === form.toldRegion)) {
    change({ region: bucket.region, toldRegion: bucket.region });
    setFills(fills + 1);
  }

  const region = readRegion(form.region);
  // The vault has the secret of this key from an earlier try.
  const keptSecret = !usesRole && known?.accessKeyId === form.accessKeyId.trim() && secret.trim() === '';
  const meant = pathMeant(form.path, form.bucket.trim());
  const verdicts: Record<string, Verdict> = {
    bucket: bucketVerdict(form.bucket, bucket),
    region: regionVerdict(form.region, asksForRole ? form.roleArn : (givenRole ?? ''), bucket),
    path: pathVerdict(form.path, meant),
    ...(asksForRole ? { roleArn: checkRoleArn(form.roleArn) } : {}),
    ...(usesRole
      ? {}
      : { accessKeyId: checkAccessKeyId(form.accessKeyId), secretAccessKey: keptSecret ? { ok: true as const } : checkSecret(secret) }),
    ...(form.encryption === 'sse-kms' ? { kmsKeyId: checkKmsKey(form.kmsKeyId, region) } : {}),
  };

  const fill = (place: Partial<Place>) => change({ ...place, ...(place.region ? { toldRegion: place.region } : {}) });
  return {
    form,
    verdicts,
    bucket,
    /** How often the region was filled by what S3 told. */
    fills,
    usesRole,
    asksForRole,
    /** What is doubtful about a path that is allowed; null where nothing is. */
    pathDoubt: meant && verdicts['path']!.ok ? meant.problem : null,
    givenRole,
    secret,
    keptSecret,
    valid: Object.values(verdicts).every((verdict) => verdict.ok),
    change,
    setSecret,
    fill,
    /** A pasted address fills every field that it names; one that is typed letter by letter is only suggested. */
    typeBucket: (text: string) => {
      const place = text.length - form.bucket.length > 4 ? placeIn(text) : null;
      if (place) fill(place);
      else change({ bucket: text });
    },
    /** @returns Whether both halves were in the text, and are in their fields now. */
    takeKey: (text: string): boolean => {
      const key = keyIn(text);
      if (key === null) return false;
      change({ accessKeyId: key.id });
      setSecret(key.secret);
      return true;
    },
    repairPath: () => meant && fill(meant.place),
    useBucketMeant: () => fill(placeIn(form.bucket) ?? { bucket: verdicts['bucket']!.suggestion ?? form.bucket }),
    forgetDraft: forget,
    input: (): ConfigurationInput => ({
      ...(asksForRole ? { roleArn: form.roleArn.trim() } : {}),
      ...(usesRole ? {} : { accessKeyId: form.accessKeyId.trim(), ...(secret.trim() === '' ? {} : { secretAccessKey: secret.trim() }) }),
      bucket: form.bucket.trim(),
      region,
      path: form.path.trim(),
      encryption: form.encryption === 'sse-kms' ? { type: form.encryption, kmsKeyId: form.kmsKeyId.trim() } : { type: form.encryption },
      bucketOwner: form.bucketOwner.trim() || null,
      requesterPays: form.requesterPays,
      allowOverlap: form.allowOverlap,
    }),
  };
}

export type BucketForm = ReturnType<typeof useBucketForm>;

function bucketVerdict(typed: string, bucket: Bucket | null): Verdict {
  const shape = checkBucket(typed);
  return shape.ok && bucket?.exists === false ? { ok: true, warning: absence } : shape;
}

/** Only a warning: a person who goes on gets a definite answer from the verification. */
export const absence = 'S3 says that there is no bucket of this name. Look the name up once more.';

function regionVerdict(typed: string, roleArn: string, bucket: Bucket | null): Verdict {
  const shape = checkRegion(typed);
  if (!shape.ok) return bucket?.region && typed.trim() !== '' ? { ...shape, suggestion: bucket.region } : shape;
  const region = readRegion(typed);
  if (bucket?.region && bucket.region !== region)
    return {
      ok: false,
      problem: `S3 says that the bucket is in another region: ${bucket.region}${regionName(bucket.region) ? `, ${regionName(bucket.region)}` : ''}.`,
      suggestion: bucket.region,
    };
  const [ofRole, ofRegion] = [partitionOfArn(roleArn), partitionOfRegion(region)];
  if (ofRole && ofRegion && !ofRole.startsWith(ofRegion))
    return {
      ok: false,
      problem: `The role is in the partition ${ofRole} and the region in ${ofRegion}; credentials don’t cross partitions.`,
    };
  // A region in no list is asked about, unless S3 has just named it.
  return bucket?.region === region && region === typed.trim() ? { ok: true } : shape;
}

/** What can't be a path is refused; what only looks like a slip is asked about, since S3 takes it for a folder's name. */
function pathVerdict(typed: string, meant: ReturnType<typeof pathMeant>): Verdict {
  const shape = checkPath(typed);
  if (!meant) return shape;
  const suggestion = meant.place.path ?? '';
  return meant.isCertain || !shape.ok
    ? { ok: false, problem: meant.problem, suggestion }
    : { ok: true, warning: meant.problem, suggestion };
}
