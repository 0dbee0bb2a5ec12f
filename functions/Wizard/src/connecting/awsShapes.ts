import { shown } from '../shell/shown';
import { placeIn } from './pasted';
import { regionMeant, regionName } from './regions';

/** What AWS names look like, checked while a person types. The server has the last word; these only speak sooner. */

export type Verdict =
  { ok: true; warning?: string; note?: string; suggestion?: string } | { ok: false; problem: string; suggestion?: string };

const fine: Verdict = { ok: true };
const refuse = (problem: string, suggestion?: string): Verdict =>
  suggestion === undefined ? { ok: false, problem } : { ok: false, problem, suggestion };

export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc' | 'aws-iso';

const partitions: [Partition, RegExp][] = [
  ['aws-us-gov', /^us-gov-[a-z]+-\d+$/],
  ['aws-cn', /^cn-[a-z]+-\d+$/],
  ['aws-eusc', /^eusc-de-[a-z]+-\d+$/],
  ['aws-iso', /^(us|eu)-iso[a-z]*-[a-z]+-\d+$/],
  ['aws', /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/],
];

export const partitionOfRegion = (region: string): Partition | null => partitions.find(([, shape]) => shape.test(region))?.[0] ?? null;

export function checkBucket(text: string): Verdict {
  const name = text.trim();
  if (name === '') return refuse('Enter the bucket’s name.');
  const place = placeIn(name);
  if (place)
    return refuse(
      name.startsWith('arn:') ? 'Give the bucket’s name, not its ARN.' : 'Give the bucket’s name, not an address.',
      place.bucket,
    );
  if (name.startsWith('arn:')) return refuse('Give the bucket’s name, not an ARN.');
  if (/^[a-z0-9]+:\/\//i.test(name)) return refuse('Give the bucket’s name, not an address.');
  if (name.includes('/')) return refuse('Give the bucket’s name alone; the folder goes into “Path”.', name.split('/')[0]);
  if (/[A-Z]/.test(name)) return refuse('Bucket names are written in lower case.', name.toLowerCase());
  if (name.length < 3 || name.length > 63) return refuse(`A bucket name has 3 to 63 characters; this one has ${name.length}.`);
  const odd = /[^a-z0-9.-]/u.exec(name);
  if (odd)
    return refuse(
      `Bucket names hold lower-case letters, digits, dots and hyphens only, not ${/\s/u.test(odd[0]) ? 'spaces' : `“${shown(odd[0])}”`}.`,
    );
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return refuse('A bucket name starts and ends with a letter or a digit.');
  if (name.includes('..')) return refuse('A bucket name has no two dots in a row.');
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return refuse('A bucket name can’t look like an IP address.');
  const prefix = ['xn--', 'sthree-', 'amzn-s3-demo-'].find((reserved) => name.startsWith(reserved));
  if (prefix) return refuse(`AWS reserves names that start with “${prefix}”.`);
  if (name.endsWith('--x-s3')) return refuse('This is a directory bucket (S3 Express); only general purpose buckets can be drives.');
  const suffix = ['-s3alias', '--ol-s3', '.mrap', '--table-s3'].find((reserved) => name.endsWith(reserved));
  if (suffix) return refuse(`Names that end with “${suffix}” are not general purpose buckets. Give the bucket behind it.`);
  return name.includes('.') ? { ok: true, warning: 'A name with dots works, through path-style addressing.' } : fine;
}

/** The region that is meant: a code as it is typed, or what another spelling or a name stands for. */
export const readRegion = (text: string): string => regionMeant(text) ?? text.trim();

export function checkRegion(text: string): Verdict {
  const typed = text.trim();
  if (typed === '') return refuse('Enter the bucket’s region, such as us-east-1.');
  const code = readRegion(text);
  if (code !== typed) return { ok: true, note: `Read as ${code}${regionName(code) ? `, ${regionName(code)}` : ''}.` };
  if (partitionOfRegion(code) === null)
    return refuse('A region looks like us-east-1 or eu-central-1. The S3 console shows it in the bucket’s properties.');
  return regionName(code) ? fine : { ok: true, warning: 'We know of no region of this code. Look it up once more, unless it is new.' };
}

const roleName = /^[A-Za-z0-9_+=,.@-]{1,64}$/;

export function checkRoleArn(text: string): Verdict {
  const arn = text.trim();
  if (arn === '') return refuse('Enter the role’s ARN; the IAM console shows it at the top of the role’s page.');
  if (!arn.startsWith('arn:')) return refuse('A role’s ARN looks like arn:aws:iam::123456789012:role/name.');
  if (/^arn:[a-z-]+:sts::\d+:assumed-role\//.test(arn)) {
    const [, partition, account, name] = /^arn:([a-z-]+):sts::(\d+):assumed-role\/([^/]+)/.exec(arn) ?? [];
    return refuse('This is a session of a role. Give the role itself.', name ? `arn:${partition}:iam::${account}:role/${name}` : undefined);
  }
  if (/:user\//.test(arn)) return refuse('This is a user. Give a role, or go back and choose “Access key”.');
  if (/:instance-profile\//.test(arn)) return refuse('This is an instance profile. Give the role that it holds.');
  if (/:root$/.test(arn)) return refuse('This is the account itself. Give one role of it.');
  if (/:policy\//.test(arn)) return refuse('This is a policy. Give the role that it is attached to.');
  if (arn.length > 2048) return refuse('A role’s ARN has at most 2,048 characters.');
  const parts = /^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso[a-z-]*):iam::(\d*):role\/(.+)$/.exec(arn);
  if (!parts) return refuse('A role’s ARN looks like arn:aws:iam::123456789012:role/name.');
  if (parts[2]!.length !== 12) return refuse(`The account id in the ARN has 12 digits; this one has ${parts[2]!.length}.`);
  const name = parts[3]!.split('/').at(-1)!;
  return roleName.test(name) && parts[3]!.split('/').every((part) => part !== '')
    ? fine
    : refuse('A role’s name has 1 to 64 letters, digits and _+=,.@- characters.');
}

export const partitionOfArn = (arn: string): string | null => /^arn:([a-z-]+):/.exec(arn.trim())?.[1] ?? null;

export function checkAccessKeyId(text: string): Verdict {
  const id = text.trim();
  if (id === '') return refuse('Enter the access key ID.');
  if (id.startsWith('ASIA'))
    return refuse('This key is temporary and would stop working. Create a long-term access key (AKIA…) for an IAM user.');
  if (/^A(RO|ID|GP)A/.test(id))
    return refuse('This is the id of a user, group or role, not an access key. Access key IDs start with AKIA.');
  return /^\w{16,128}$/.test(id) ? fine : refuse('An access key ID has 16 to 128 letters and digits and usually starts with AKIA.');
}

export function checkSecret(text: string): Verdict {
  if (text.trim() === '') return refuse('Enter the secret access key.');
  return /^\S+$/.test(text.trim()) ? fine : refuse('A secret access key has no spaces. Copy it again.');
}

export function checkKmsKey(text: string, region: string): Verdict {
  const arn = text.trim();
  if (arn === '') return refuse('Enter the key’s ARN.');
  if (/^alias\/|:alias\//.test(arn)) return refuse('This is an alias, which may move to another key. Give the key’s ARN.');
  if (!arn.startsWith('arn:')) return refuse('Give the key’s whole ARN: arn:aws:kms:region:account:key/id.');
  const parts = /^arn:[a-z-]+:kms:([a-z0-9-]+):\d{12}:key\/(mrk-)?[0-9a-f-]{32,36}$/.exec(arn);
  if (!parts) return refuse('A key’s ARN looks like arn:aws:kms:us-east-1:123456789012:key/1234abcd-….');
  return region.trim() !== '' && parts[1] !== region.trim()
    ? refuse(`The key is in ${parts[1]} and the bucket in ${region.trim()}; S3 needs a key of the bucket’s region.`)
    : fine;
}

export function checkPath(text: string): Verdict {
  const path = text.trim().replace(/^\/+|\/+$/g, '');
  if (path === '') return fine;
  if (/\p{Cc}/u.test(path)) return refuse('The path has characters that can’t be seen.');
  const segments = path.split('/');
  if (segments.includes('')) return refuse('The path has two slashes in a row.');
  if (segments.includes('.') || segments.includes('..')) return refuse('A path has no “.” or “..” parts.');
  const bytes = new TextEncoder().encode(path).length;
  return bytes <= 896 ? fine : refuse(`The path has ${bytes} bytes; at most 896 are allowed.`);
}

export function checkDisplayName(text: string, taken: readonly string[]): Verdict {
  const name = text.trim();
  if (name === '') return refuse('Give the drive a name.');
  if (name.length > 100) return refuse(`The name has ${name.length} characters; at most 100 are allowed.`);
  if (/[\p{Cc}\p{Cf}\p{Co}]/u.test(name)) return refuse('The name has characters that can’t be seen.');
  const key = (value: string) => value.trim().normalize('NFKC').toUpperCase();
  return taken.some((other) => key(other) === key(name))
    ? refuse('There is a drive or an open connection of this name already. Choose another.')
    : fine;
}
