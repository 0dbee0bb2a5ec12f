import { CheckmarkRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';
import type { Callback } from '../api/contract';
import type { Problem } from '../api/problem';
import { checkRoleArn } from '../connecting/awsShapes';
import { Button, Field, Input } from '../shell/controls';
import { ProblemNotice } from '../shell/ProblemNotice';
import { RoleArnField } from './RoleArnField';

interface Props {
  callback: Callback;
  path: string;
  arn: string;
  onArn: (arn: string) => void;
  /** Whether the role is asked for here, and not beside the policies. */
  asksForRole: boolean;
  /** Reads the callback again; the button shows “Confirming …” until then. */
  onConfirmed: () => Promise<unknown>;
}

/** "Applied", with the role's ARN where nobody knows it yet. */
export function ConfirmForm({ callback, path, arn, onArn, asksForRole, onConfirmed }: Props) {
  const { step, needsRoleArn, rolePolicy, keyPolicyStatement } = callback;
  const [by, setBy] = useState('');
  const [insist, setInsist] = useState(false);
  const verdict = checkRoleArn(arn);
  const confirm = useMutation<unknown, Problem, void>({
    mutationFn: () =>
      call(path, {
        method: 'POST',
        anonymous: true,
        body: {
          ...(by.trim() ? { confirmedBy: by.trim() } : {}),
          ...(step === 'all' ? { bucketPolicyApplied: rolePolicy !== null, ...(arn.trim() ? { roleArn: arn.trim() } : {}) } : {}),
        },
      }),
    onSuccess: onConfirmed,
  });
  const refused = (name: string) => confirm.error?.fieldMessage(name);
  const isKnown = (asksForRole ? ['confirmedBy', 'roleArn'] : ['confirmedBy']).some((name) => refused(name));
  return (
    <form
      className="card stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setInsist(true);
        if (needsRoleArn && !verdict.ok) document.querySelector<HTMLElement>('[name="roleArn"]')?.focus();
        if (!confirm.isPending && (!needsRoleArn || verdict.ok)) confirm.mutate();
      }}
    >
      <h2 className="section-title">Done?</h2>
      {step === 'all' && <p className="lead">A script or a stack confirms by itself. By hand, or with Terraform, confirm here.</p>}
      {step === 'all' && asksForRole && (
        <RoleArnField callback={callback} arn={arn} onArn={onArn} insist={insist} refused={refused('roleArn')} />
      )}
      <Field
        label="Your name or e-mail address (optional)"
        hint="Shown to whoever sent you the link, and kept in their audit trail."
        validationState={refused('confirmedBy') ? 'error' : 'none'}
        validationMessage={refused('confirmedBy')}
      >
        <Input value={by} maxLength={200} autoComplete="name" onChange={(_, change) => setBy(change.value)} />
      </Field>
      {insist && needsRoleArn && !verdict.ok && !asksForRole && <p role="alert">Give the role’s ARN first, beside the trust policy.</p>}
      {confirm.error && !isKnown && <ProblemNotice error={confirm.error} />}
      <Button type="submit" appearance="primary" size="large" icon={<CheckmarkRegular />} disabled={confirm.isPending}>
        {confirm.isPending
          ? 'Confirming …'
          : step === 'trust-policy'
            ? 'I have applied it'
            : step === 'all'
              ? 'I have applied everything'
              : keyPolicyStatement
                ? 'I have applied all three'
                : 'I have applied both'}
      </Button>
    </form>
  );
}
