import { regionMeant } from './regions';

/** What people paste instead of what is asked for, and what they mean by it. */

export interface Place {
  bucket: string;
  region?: string;
  path?: string;
}

const amazon = String.raw`amazonaws\.(?:com(?:\.cn)?|eu)`;

/**
 * Bucket, region and folder in an s3:// address, an ARN, or a web address: of the AWS console, of S3, or of any other server, which may be
 * one that speaks S3. Null where the text is none of these.
 */
export function placeIn(text: string): Place | null {
  const typed = text.trim();
  const s3 = /^s3[an]?:\/\/([^/?#]+)(\/.*)?$/i.exec(typed) ?? /^arn:[a-z-]+:s3:::([^/*?]+)(\/.*)?$/i.exec(typed);
  if (s3) return place(s3[1]!, undefined, s3[2]);
  let url: URL;
  try {
    url = new URL(/^[a-z]+:\/\//i.test(typed) ? typed : /amazonaws\.|aws\.amazon\.com/i.test(typed) ? `https://${typed}` : '');
  } catch {
    return null;
  }
  if (!/^https?:$/.test(url.protocol)) return null;
  const path = decoded(url.pathname);
  const console = /\/s3\/(?:buckets|object|upload)\/([^/]+)/.exec(path);
  if (console) return place(console[1]!, url.searchParams.get('region') ?? undefined, url.searchParams.get('prefix') ?? undefined);
  const host = new RegExp(
    String.raw`^(?:(.+?)\.)?s3(?:[.-](?:dualstack[.-])?(?:fips[.-])?(?:website[.-])?([a-z]{2,5}(?:-[a-z]+)+-\d+))?\.${amazon}$`,
  ).exec(url.hostname);
  if (!host) return /(^|\.)(amazonaws|amazon|aws)\./.test(url.hostname) ? null : placeOnOtherServer(url.hostname, path);
  if (host[1]) return place(host[1], host[2], path);
  const [, bucket, ...rest] = path.split('/');
  return bucket ? place(bucket, host[2], rest.join('/')) : null;
}

/**
 * On other servers the bucket is the part of the host name before ".s3." or ".s3-", or else the first part of the path; in addresses of
 * MinIO's own pages it comes after "browser/" or "buckets/".
 */
function placeOnOtherServer(host: string, path: string): Place | null {
  const named = /^(.+?)\.s3[.-]/.exec(host);
  if (named) return place(named[1]!, undefined, path);
  const [, bucket, folder] = /^\/(?:browser\/|buckets\/)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/.*)?$/.exec(path) ?? [];
  return bucket ? place(bucket, undefined, folder) : null;
}

function place(bucket: string, region: string | undefined, path: string | undefined): Place {
  const folder = (path ?? '').replace(/\*+$/, '').replace(/^\/+|\/+$/g, '');
  const code = region === undefined ? null : regionMeant(region);
  return { bucket: bucket.toLowerCase(), ...(code ? { region: code } : {}), ...(folder === '' ? {} : { path: folder }) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

interface MeantPath {
  /** Whether it can't be a path as it is typed. */
  isCertain: boolean;
  problem: string;
  place: Partial<Place>;
}

/** What was meant by a path that is an address, has backslashes, or begins with a drive letter or the bucket's name; null for others. */
export function pathMeant(text: string, bucket: string): MeantPath | null {
  const typed = text.trim();
  const address = placeIn(typed);
  if (address) return { isCertain: true, problem: 'This is an address.', place: { path: '', ...address } };
  const letter = /^[a-z]:[\\/]+(.*)$/i.exec(typed);
  if (letter)
    return {
      isCertain: false,
      problem: 'A bucket has no drive letters; the path is the folder in it.',
      place: { path: clean(letter[1]!) },
    };
  if (typed.includes('\\'))
    return { isCertain: false, problem: 'Folders in a bucket are parted by “/”, not by “\\”.', place: { path: clean(typed) } };
  const parts = typed.replace(/^\/+/, '').split('/');
  if (bucket === '' || parts[0] !== bucket) return null;
  return {
    isCertain: false,
    problem: 'The path begins with the bucket’s name; S3 would look for a folder of that name in the bucket.',
    place: { path: parts.slice(1).join('/') },
  };
}

const clean = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .replace(/\/{2,}/g, '/')
    .replace(/^\/+|\/+$/g, '');

/** The two halves of an access key in one text: a line of the console's file, a credentials file, or both with something between. */
export function keyIn(text: string): { id: string; secret: string } | null {
  const id = /(?<![A-Z0-9])(A[KS]IA[A-Z0-9]{12,28})(?![A-Z0-9])/.exec(text)?.[1];
  if (!id) return null;
  const secret = /(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/.exec(text.replace(id, ' '))?.[1];
  return secret ? { id, secret } : null;
}
