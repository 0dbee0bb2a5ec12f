import type { Check } from '../api/contract';

/** What a failed check has shown, since a claim that isn't true reads as if it were. */
const failures: Record<string, string> = {
  'trust-accepted sts:AssumeRole': 'The role doesn’t let us in with our external ID.',
  'external-id-required': 'The role lets us in without the external ID, or with a wrong one.',
  'credentials-accepted': 'AWS doesn’t accept the access key and its secret.',
  'region-correct': 'The bucket isn’t in the region that was given.',
  'bucket-owner-known': 'It isn’t certain whose bucket it is.',
  'objects-listable s3:ListBucket': 'The files below the path can’t be listed.',
  'object-writable s3:PutObject': 'No file can be written below the path, encrypted as asked.',
  'conditional-writes-usable': 'A file can’t be written on condition that there is none yet.',
  'version-writable s3:PutObjectVersion': 'A file’s version can’t be written.',
  'object-readable s3:GetObject': 'What was written can’t be read.',
  'version-readable s3:GetObjectVersion': 'A certain version of a file can’t be read.',
  'version-deletable s3:DeleteObjectVersion': 'A certain version of a file can’t be deleted.',
  'acl-readable s3:GetObjectAcl': 'A file’s access control list can’t be read.',
  'acl-writable s3:PutObjectAcl': 'A file’s access control list can’t be set.',
  'multipart-usable s3:PutObject': 'A large file can’t be uploaded in parts.',
  'multipart-usable s3:ListMultipartUploadParts': 'The parts of an upload can’t be listed.',
  'multipart-usable s3:ListBucketMultipartUploads': 'The uploads under way can’t be listed.',
  'multipart-usable s3:AbortMultipartUpload': 'An upload can’t be given up.',
  'object-deletable s3:DeleteObject': 'A file can’t be deleted.',
  'outside-path-refused': 'Files outside the path can be listed.',
  'nothing-left-behind': 'The verification left something in the bucket.',
};

/** What came of a check, as a sentence that is true. */
export const sentenceOf = (check: Check): string =>
  check.status === 'failed' ? (failures[`${check.name} ${check.permission ?? ''}`.trim()] ?? `This isn’t so: ${check.claim}`) : check.claim;
