import { describe, expect, it } from 'vitest';
import { keyIn, pathMeant, placeIn } from './pasted';
import { regionMeant } from './regions';

describe('an address', () => {
  it.each([
    ['s3://acme-documents/claims/inbox/', { bucket: 'acme-documents', path: 'claims/inbox' }],
    ['S3://ACME-documents', { bucket: 'acme-documents' }],
    ['s3a://acme-documents/a', { bucket: 'acme-documents', path: 'a' }],
    ['arn:aws:s3:::acme-documents', { bucket: 'acme-documents' }],
    ['arn:aws-cn:s3:::acme-documents/claims/*', { bucket: 'acme-documents', path: 'claims' }],
    [
      'https://s3.console.aws.amazon.com/s3/buckets/acme-documents?region=eu-central-1&prefix=claims/2026/&showversions=false',
      { bucket: 'acme-documents', region: 'eu-central-1', path: 'claims/2026' },
    ],
    [
      'https://eu-west-1.console.aws.amazon.com/s3/buckets/acme-documents?region=eu-west-1&tab=objects',
      { bucket: 'acme-documents', region: 'eu-west-1' },
    ],
    [
      'https://acme-documents.s3.eu-central-1.amazonaws.com/claims/a%20b',
      { bucket: 'acme-documents', region: 'eu-central-1', path: 'claims/a b' },
    ],
    ['https://acme.documents.s3.amazonaws.com/', { bucket: 'acme.documents' }],
    ['https://s3.us-west-2.amazonaws.com/acme-documents/claims', { bucket: 'acme-documents', region: 'us-west-2', path: 'claims' }],
    ['acme-documents.s3.cn-north-1.amazonaws.com.cn', { bucket: 'acme-documents', region: 'cn-north-1' }],
    ['http://acme-documents.s3-website-us-west-2.amazonaws.com', { bucket: 'acme-documents', region: 'us-west-2' }],
    ['http://127.0.0.1:9000/acme-documents/claims/', { bucket: 'acme-documents', path: 'claims' }],
    ['https://minio.example.com:9001/browser/acme-documents/claims%2F2026', { bucket: 'acme-documents', path: 'claims/2026' }],
    ['https://acme-documents.s3.fr-par.scw.cloud/claims', { bucket: 'acme-documents', path: 'claims' }],
  ])('%s', (text, place) => expect(placeIn(text)).toEqual(place));

  it.each([
    'acme-documents',
    'acme/claims',
    'https://example.com/',
    'https://console.aws.amazon.com/s3/home',
    's3://',
    'arn:aws:iam::123456789012:role/x',
    '',
    'http://',
  ])('is none: %s', (text) => expect(placeIn(text)).toBeNull());
});

describe('a path', () => {
  it.each([
    ['acme/claims', 'acme', 'claims'],
    ['/acme', 'acme', ''],
    ['C:\\Users\\me\\claims', 'acme', 'Users/me/claims'],
    ['claims\\inbox', 'acme', 'claims/inbox'],
  ])('%s of the bucket %s', (text, bucket, meant) => expect(pathMeant(text, bucket)?.place).toEqual({ path: meant }));

  it('that is an address fills the bucket too', () =>
    expect(pathMeant('s3://other/claims', 'acme')?.place).toEqual({ bucket: 'other', path: 'claims' }));

  it('is refused where it is an address, and else asked about: a folder may have such a name', () => {
    expect(pathMeant('s3://acme/claims', 'acme')?.isCertain).toBe(true);
    for (const text of ['acme/claims', 'C:\\claims', 'claims\\inbox']) expect(pathMeant(text, 'acme')?.isCertain).toBe(false);
  });

  it.each([
    ['claims/acme', 'acme'],
    ['acme-2/x', 'acme'],
    ['', 'acme'],
    ['acme', ''],
  ])('is left as it is: %s', (text, bucket) => expect(pathMeant(text, bucket)).toBeNull());
});

describe('a region', () => {
  it.each([
    ['frankfurt', 'eu-central-1'],
    ['US East (N. Virginia)', 'us-east-1'],
    ['us east (n. virginia)', 'us-east-1'],
    ['EU-WEST-1', 'eu-west-1'],
    ['eu west 1', 'eu-west-1'],
    ['us-east-1a', 'us-east-1'],
    ['Europe (Ireland) eu-west-1', 'eu-west-1'],
    ['sao paulo', 'sa-east-1'],
    ['São Paulo', 'sa-east-1'],
    ['Ohio', 'us-east-2'],
    ['EU', 'eu-west-1'],
  ])('%s', (text, code) => expect(regionMeant(text)).toBe(code));

  it.each(['', 'us east', 'asia', 'moon-base-1', 'vir'])('isn’t certain: %s', (text) => expect(regionMeant(text)).toBeNull());
});

describe('an access key', () => {
  const [id, secret] = ['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'];

  it.each([
    `${id}${' '}${secret}`,
    `${id},${secret}`,
    `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}`,
    `Access key ID,Secret access key\r\n${id},${secret}\r\n`,
    `${secret}\t${id}`,
  ])('%s', (text) => expect(keyIn(text)).toEqual({ id, secret }));

  it.each([id, secret, '', `${id} short`])('is only a half: %s', (text) => expect(keyIn(text)).toBeNull());
});
