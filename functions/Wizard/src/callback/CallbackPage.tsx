import { CheckmarkFilled, CheckmarkRegular } from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';
import type { Callback } from '../api/contract';
import type { Problem } from '../api/problem';
import { externalIdOf, PolicyInstructions, TrustInstructions } from '../connecting/Instructions';
import { pretty } from '../shell/Code';
import { Button, Field, Input } from '../shell/controls';
import { formatDateTime } from '../shell/format';
import { Loading } from '../shell/Loading';
import { Logo } from '../shell/Logo';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useTitle } from '../shell/useTitle';
import '../connecting/connecting.css';
import './callback.css';

/** For an AWS administrator without an account: what to apply, and "applied". */
export default function CallbackPage({ token }: { token: string }) {
  useTitle('Apply a policy in AWS');
  const path = `/api/callbacks/${encodeURIComponent(token)}`;
  const query = useQuery<Callback, Problem>({ queryKey: ['callback', token], queryFn: ({ signal }) => call<Callback>(path, { signal, anonymous: true }) });
  const [by, setBy] = useState('');
  const confirm = useMutation<unknown, Problem, void>({
    mutationFn: () => call(path, { method: 'POST', anonymous: true, body: by.trim() ? { confirmedBy: by.trim() } : {} }),
  });
  const data = query.data;
  const done = confirm.isSuccess || data?.confirmed === true;
  const trust = data?.step === 'trust-policy';
  return (
    <main className="callback">
      <header className="callback-head">
        <Logo />
        <span>ServerlessDrives</span>
      </header>
      {query.isPending && <Loading what="what to apply" lines={3} height={90} />}
      {query.error && (
        <>
          <h1 className="title">This link can’t be used</h1>
          <ProblemNotice error={query.error} {...(query.error.passing ? { retry: () => void query.refetch() } : {})} />
          <p>
            <a className="link" href="/">
              Go to ServerlessDrives
            </a>
          </p>
        </>
      )}
      {data && !done && !data.open && (
        <section className="card stack">
          <h1 className="section-title">This step is over</h1>
          <p className="lead">Nothing is left to do here: the connection has moved on, or it was cancelled. You can close this page; ask whoever sent you the link if you are unsure.</p>
        </section>
      )}
      {data && done && (
        <section className="card stack" role="status">
          <div className="celebrate">
            <span className="celebrate-mark" aria-hidden="true">
              <CheckmarkFilled />
            </span>
            <div className="stack tight">
              <h1 className="section-title">Thank you, that’s all</h1>
              <p className="lead">We check now that it works. Whoever sent you the link sees what came of it. You can close this page.</p>
            </div>
          </div>
        </section>
      )}
      {data && data.open && !done && (
        <>
          <div className="stack tight">
            <h1 className="title">{trust ? 'Please apply a trust policy in AWS' : `Please apply ${data.keyPolicyStatement ? 'three' : 'two'} policies in AWS`}</h1>
            <p className="lead">
              Somebody in your organization wants to connect {data.bucket ? <>the bucket <strong>{data.bucket}</strong></> : 'an S3 bucket'} as the drive <strong>{data.displayName}</strong> and needs an AWS
              administrator for this step. You need no account here. The link works until {formatDateTime(data.expiresAt)}.
            </p>
          </div>
          <section className="card stack">
            <h2 className="section-title">What to do in AWS</h2>
            {trust ? (
              <TrustInstructions policy={pretty(data.trustPolicy)} externalId={externalIdOf(data.trustPolicy)} />
            ) : (
              <PolicyInstructions
                rolePolicy={data.rolePolicy ? pretty(data.rolePolicy) : null}
                bucketPolicy={data.bucketPolicy ? pretty(data.bucketPolicy) : null}
                keyStatement={data.keyPolicyStatement ? pretty(data.keyPolicyStatement) : null}
                bucket={data.bucket ?? undefined}
                roleName={data.roleArn?.split('/').at(-1)}
              />
            )}
          </section>
          <form
            className="card stack"
            onSubmit={(event) => {
              event.preventDefault();
              confirm.mutate();
            }}
          >
            <h2 className="section-title">Done?</h2>
            <Field label="Your name or e-mail address (optional)" hint="Shown to whoever sent you the link, and kept in their audit trail." validationState={confirm.error?.fieldMessage('confirmedBy') ? 'error' : 'none'} validationMessage={confirm.error?.fieldMessage('confirmedBy')}>
              <Input value={by} maxLength={200} autoComplete="name" onChange={(_, change) => setBy(change.value)} />
            </Field>
            {confirm.error && !confirm.error.fieldMessage('confirmedBy') && <ProblemNotice error={confirm.error} />}
            <Button type="submit" appearance="primary" size="large" icon={<CheckmarkRegular />} disabled={confirm.isPending}>
              {confirm.isPending ? 'Confirming …' : trust ? 'I have applied it' : (data.keyPolicyStatement ? 'I have applied all three' : 'I have applied both')}
            </Button>
          </form>
        </>
      )}
    </main>
  );
}
