import { describe, expect, it } from 'vitest';
import {
  checkAccessKeyId,
  checkBucket,
  checkDisplayName,
  checkKmsKey,
  checkPath,
  checkRegion,
  checkRoleArn,
  partitionOfRegion,
  readRegion,
} from './awsShapes';

const refused = (verdict: ReturnType<typeof checkBucket>) => !verdict.ok;
const suggestion = (verdict: ReturnType<typeof checkBucket>) => (verdict.ok ? undefined : verdict.suggestion);

describe('bucket names', () => {
  it.each(['acme-documents', 'abc', 'a.b.c', '0-0', 'a'.repeat(63)])('%s is accepted', (name) => expect(checkBucket(name).ok).toBe(true));
  it.each([
    '',
    'ab',
    'a'.repeat(64),
    '-abc',
    'abc-',
    'a..b',
    '192.168.0.1',
    'under_score',
    'xn--abc',
    'sthree-abc',
    'amzn-s3-demo-bucket',
    'abc-s3alias',
    'abc--ol-s3',
    'abc.mrap',
    'abc--use1-az4--x-s3',
    'abc--table-s3',
    'bücket',
  ])('%s is refused', (name) => expect(refused(checkBucket(name))).toBe(true));
  it.each([
    ['arn:aws:s3:::acme-documents', 'acme-documents'],
    ['s3://acme-documents/claims', 'acme-documents'],
    ['https://us-east-1.console.aws.amazon.com/s3/buckets/acme-documents?region=us-east-1', 'acme-documents'],
    ['https://acme-documents.s3.eu-central-1.amazonaws.com/x', 'acme-documents'],
    ['acme-documents/claims', 'acme-documents'],
    ['Acme', 'acme'],
  ])('%s offers the name in it', (text, name) => expect(suggestion(checkBucket(text))).toBe(name));
  it('warns about dots', () => expect(checkBucket('a.b.c')).toHaveProperty('warning'));
});

describe('regions', () => {
  it.each([
    ['us-east-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['us-iso-east-1', 'aws-iso'],
    ['eu-nowhere-9', 'aws'],
  ])('%s is in %s', (region, partition) => expect(partitionOfRegion(region)).toBe(partition));
  it.each(['', 'useast1', 'Nowhere'])('%s is refused', (region) => expect(checkRegion(region).ok).toBe(false));
  it.each([
    ['US-EAST-1', 'us-east-1'],
    ['us-east-1a', 'us-east-1'],
    ['Frankfurt', 'eu-central-1'],
  ])('%s is read as %s', (text, code) => {
    expect(readRegion(text)).toBe(code);
    expect(checkRegion(text)).toEqual({ ok: true, note: expect.stringContaining(code) as unknown });
  });
  it('that nobody knows of is asked about', () => expect(checkRegion('eu-nowhere-9')).toHaveProperty('warning'));
});

describe('role ARNs', () => {
  it.each(['arn:aws:iam::444455556666:role/drives', 'arn:aws-cn:iam::444455556666:role/service/deep/drives@x'])('%s is accepted', (arn) =>
    expect(checkRoleArn(arn).ok).toBe(true),
  );
  it.each([
    '',
    'drives',
    'arn:aws:iam::444455556666:user/me',
    'arn:aws:iam::444455556666:instance-profile/x',
    'arn:aws:iam::444455556666:root',
    'arn:aws:iam::4444:role/drives',
    'arn:aws:iam::444455556666:role/',
    'arn:aws:iam::444455556666:role/a//b',
    'arn:aws:iam::444455556666:role/räuber',
    'arn:aws:s3:::bucket',
  ])('%s is refused', (arn) => expect(checkRoleArn(arn).ok).toBe(false));
  it('offers the role behind a session', () =>
    expect(suggestion(checkRoleArn('arn:aws:sts::444455556666:assumed-role/drives/me'))).toBe('arn:aws:iam::444455556666:role/drives'));
});

describe('keys', () => {
  it('takes long-term access keys only', () => {
    expect(checkAccessKeyId('AKIAIOSFODNN7EXAMPLE').ok).toBe(true);
    expect(checkAccessKeyId('ASIAIOSFODNN7EXAMPLE').ok).toBe(false);
    expect(checkAccessKeyId('short').ok).toBe(false);
  });
  it('takes KMS keys by ARN, in the region of the bucket', () => {
    const key = 'arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    expect(checkKmsKey(key, 'us-east-1').ok).toBe(true);
    expect(checkKmsKey(key, 'eu-west-1').ok).toBe(false);
    expect(checkKmsKey('alias/x', 'us-east-1').ok).toBe(false);
    expect(checkKmsKey('arn:aws:kms:us-east-1:444455556666:alias/x', 'us-east-1').ok).toBe(false);
    expect(checkKmsKey('1234abcd-12ab-34cd-56ef-1234567890ab', 'us-east-1').ok).toBe(false);
  });
});

describe('paths and names', () => {
  it.each(['', '/', 'claims/inbox', '/claims/', 'ünï/cödé'])('the path %s is accepted', (path) => expect(checkPath(path).ok).toBe(true));
  it.each(['a//b', 'a/../b', './a', 'a\u0000b', 'ä'.repeat(449)])('the path %s is refused', (path) =>
    expect(checkPath(path).ok).toBe(false),
  );
  it('knows names that are taken without regard to case and width', () => {
    expect(checkDisplayName('Claims', ['ｃｌａｉｍｓ']).ok).toBe(false);
    expect(checkDisplayName('Claims 2', ['Claims']).ok).toBe(true);
    expect(checkDisplayName('a\u200bb', []).ok).toBe(false);
  });
});
