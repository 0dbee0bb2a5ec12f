import { CheckmarkRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';
import type { Callback } from '../api/contract';
import type { Problem } from '../api/problem';
import { checkRoleArn } from '../connecting/awsShapes';
import { TypedField } from '../connecting/TypedField';
import { Button, Field, Input } from '../shell/controls';
import { ProblemNotice } from '../shell/ProblemNotice';

interface Props {
  callback: Callback;
  path: string;
  arn: string;
  onArn: (arn: string) => void;
  onConfirmed: () => void;
}

/** "Applied", with the role's ARN where nobody knows it yet. */
export function ConfirmForm({ callback, path, arn, onArn, onConfirmed }: Props) {
  const { step, needsRoleArn, keyPolicyStatement } = callback;
  const [by, setBy] = useState('');
  const [insist, setInsist] = useState(false);
  const verdict = checkRoleArn(arn);
  const asks = needsRoleArn || (step === 'all' && callback.status === 'awaitingTrustPolicy');
  const confirm = useMutation<unknown, Problem, void>({
    mutationFn: () => call(path, { method: 'POST', anonymous: true, body: { ...(by.trim() ? { confirmedBy: by.trim() } : {}), ...(asks && arn.trim() ? { roleArn: arn.trim() } : {}) } }),
    onSuccess: onConfirmed,
  });
  const refused = (name: string) => confirm.error?.fieldMessage(name);
  const known = ['confirmedBy', 'roleArn'].some((name) => refused(name));
  return (
    <form
      className="card stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setInsist(true);
        if (!needsRoleArn || verdict.ok) confirm.mutate();
      }}
    >
      <h2 className="section-title">Done?</h2>
      {step === 'all' && <p className="lead">A script or a stack confirms by itself. By hand, or with Terraform, confirm here.</p>}
      {asks && (
        <TypedField
          label={needsRoleArn ? 'Role ARN' : 'Role ARN, if it is another one now'}
          name="roleArn"
          mono
          required={needsRoleArn}
          value={arn}
          {...(needsRoleArn || arn !== '' ? { verdict } : {})}
          insist={insist}
          refused={refused('roleArn')}
          placeholder="arn:aws:iam::123456789012:role/name"
          hint="The IAM console shows it at the top of the role’s page."
          onType={onArn}
          onUse={() => onArn((!verdict.ok && verdict.suggestion) || arn)}
        />
      )}
      <Field label="Your name or e-mail address (optional)" hint="Shown to whoever sent you the link, and kept in their audit trail." validationState={refused('confirmedBy') ? 'error' : 'none'} validationMessage={refused('confirmedBy')}>
        <Input value={by} maxLength={200} autoComplete="name" onChange={(_, change) => setBy(change.value)} />
      </Field>
      {confirm.error && !known && <ProblemNotice error={confirm.error} />}
      <Button type="submit" appearance="primary" size="large" icon={<CheckmarkRegular />} disabled={confirm.isPending}>
        {confirm.isPending ? 'Confirming …' : step === 'trust-policy' ? 'I have applied it' : step === 'all' ? 'I have applied everything' : keyPolicyStatement ? 'I have applied all three' : 'I have applied both'}
      </Button>
    </form>
  );
}
