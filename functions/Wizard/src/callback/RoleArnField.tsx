import type { Callback } from '../api/contract';
import { checkRoleArn } from '../connecting/awsShapes';
import { TypedField } from '../connecting/TypedField';

interface Props {
  callback: Callback;
  arn: string;
  onArn: (arn: string) => void;
  insist?: boolean;
  refused?: string | undefined;
}

/** Which role was made, where nobody knows that yet, or where another one may be tried. */
export function RoleArnField({ callback, arn, onArn, insist = false, refused }: Props) {
  const { needsRoleArn, status } = callback;
  const verdict = checkRoleArn(arn);
  if (!needsRoleArn && status !== 'awaitingTrustPolicy') return null;
  return (
    <TypedField
      label={needsRoleArn ? 'Role ARN' : 'Role ARN, if it is another one now'}
      name="roleArn"
      mono
      required={needsRoleArn}
      value={arn}
      {...(needsRoleArn || arn !== '' ? { verdict } : {})}
      insist={insist}
      refused={refused}
      placeholder="arn:aws:iam::123456789012:role/name"
      hint="The IAM console shows it at the top of the role’s page."
      onType={onArn}
      onUse={() => onArn((!verdict.ok && verdict.suggestion) || arn)}
    />
  );
}
