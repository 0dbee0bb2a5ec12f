import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { send } from '../api/client';
import type { DriveAccess } from '../api/contract';
import type { Problem } from '../api/problem';
import { Button } from '../shell/controls';
import { Code } from '../shell/Code';
import { Loading } from '../shell/Loading';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useSettled } from '../shell/useSettled';
import { checkBucket, checkKmsKey, checkPath, checkRegion } from './awsShapes';

const forms = { json: 'JSON', 'aws-cli': 'AWS CLI', cloudformation: 'CloudFormation' } as const;
type Form = keyof typeof forms;

/** Stands in the policy for as long as no bucket is typed. */
const placeholder = 'your-bucket';

/** The documented list, in its order. */
const permissions = [
  'DeleteObject',
  'DeleteObjectVersion',
  'GetObject',
  'GetObjectAcl',
  'GetObjectVersion',
  'PutObject',
  'PutObjectAcl',
  'PutObjectVersion',
  'ListBucket',
  'ListBucketMultipartUploads',
  'ListMultipartUploadParts',
  'AbortMultipartUpload',
];

interface Props {
  bucket: string;
  region: string;
  path: string;
  kmsKeyId: string;
  access: DriveAccess;
}

/** What the key's user has to be allowed, before the key is asked for. */
export function KeyPermissions(typed: Props) {
  const [open, setOpen] = useState(false);
  return (
    <div className="stack tight">
      <p>
        The key’s IAM user needs the permissions of one policy, and no others. It is written here for the bucket and the path as you type
        them.
      </p>
      <div>
        <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide the policy' : 'Show the policy for the user'}
        </Button>
      </div>
      {open && <Policy {...typed} />}
    </div>
  );
}

function Policy({ bucket, region, path, kmsKeyId, access }: Props) {
  const [form, setForm] = useState<Form>('json');
  const search = new URLSearchParams({
    ...(checkRegion(region).ok ? { region } : {}),
    ...(checkPath(path).ok ? { path } : {}),
    ...(kmsKeyId !== '' && checkKmsKey(kmsKeyId, region).ok ? { kmsKeyId } : {}),
    ...(access === 'readOnly' ? { access } : {}),
    ...(form === 'json' ? {} : { format: form }),
  });
  const address = useSettled(`/api/buckets/${checkBucket(bucket).ok ? bucket : placeholder}/user-policy?${search}`);
  const policy = useQuery<string, Problem>({
    queryKey: ['user-policy', address],
    queryFn: async ({ signal }) => {
      const text = await (await send(address, { signal })).text();
      return address.includes('format=aws-cli') ? text : JSON.stringify(JSON.parse(text), null, 2);
    },
    placeholderData: (before) => before,
    staleTime: Infinity,
  });
  return (
    <div className="stack">
      <div className="row" role="group" aria-label="As what">
        {(Object.keys(forms) as Form[]).map((other) => (
          <Button
            key={other}
            size="small"
            appearance={other === form ? 'primary' : 'secondary'}
            aria-pressed={other === form}
            onClick={() => setForm(other)}
          >
            {forms[other]}
          </Button>
        ))}
      </div>
      {policy.error ? (
        <ProblemNotice error={policy.error} retry={() => void policy.refetch()} />
      ) : policy.data === undefined ? (
        <Loading what="the policy" lines={1} height={200} />
      ) : (
        <Code title="Policy of the IAM user" what="the policy of the IAM user" text={policy.data} />
      )}
      <p className="quiet">
        {checkBucket(bucket).ok
          ? `For ${bucket}${path ? `, ${path}` : ''}.`
          : `With ${placeholder} in the place of your bucket, until you have typed its name.`}{' '}
        The documented permissions are {new Intl.ListFormat().format(permissions)}. <strong>PutObjectVersion is no action of AWS:</strong> a
        policy that names it is refused, so it isn’t in here; PutObject writes versions too.
      </p>
    </div>
  );
}
