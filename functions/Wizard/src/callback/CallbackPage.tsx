import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';
import type { Callback } from '../api/contract';
import type { Problem } from '../api/problem';
import { checkRoleArn } from '../connecting/awsShapes';
import { Loading } from '../shell/Loading';
import { Logo } from '../shell/Logo';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useTitle } from '../shell/useTitle';
import { CallbackProgress } from './CallbackProgress';
import { ConfirmForm } from './ConfirmForm';
import { WhatToDo } from './WhatToDo';
import { WhoAsks } from './WhoAsks';
import '../connecting/connecting.css';
import './callback.css';

/** For an AWS administrator without an account: who asks and for what, what to apply, "applied", and what came of it. */
export default function CallbackPage({ token }: { token: string }) {
  useTitle('Apply a policy in AWS');
  const [arn, setArn] = useState('');
  const path = `/api/callbacks/${encodeURIComponent(token)}`;
  // The bucket policy names the role, so it is written for the one that was made.
  const made = checkRoleArn(arn).ok ? arn.trim() : '';
  const query = useQuery<Callback, Problem>({
    queryKey: ['callback', token, made],
    queryFn: ({ signal }) => call<Callback>(made ? `${path}?${new URLSearchParams({ roleArn: made })}` : path, { signal, anonymous: true }),
    placeholderData: (before) => before,
    // While something is being proven it changes by itself, and so it does when a script confirms.
    refetchInterval: ({ state }) => (state.data && !isOver(state.data) ? (state.data.open ? 5_000 : 2_000) : false),
  });
  const data = query.data;
  return (
    <main className="callback">
      <header className="callback-head">
        <Logo />
        <span>ServerlessDrives</span>
      </header>
      {query.isPending && <Loading what="what to apply" lines={3} height={90} />}
      {query.error && !data && (
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
      {data && !data.open && !data.confirmed && (
        <section className="card stack">
          <h1 className="section-title">This step is over</h1>
          <p className="lead">Nothing is left to do here: the connection has moved on, or it was cancelled. You can close this page; ask whoever sent you the link if you are unsure.</p>
        </section>
      )}
      {data?.confirmed && !data.open && <CallbackProgress callback={data} />}
      {data?.open && (
        <>
          <div className="stack tight">
            <h1 className="title">{titleOf(data)}</h1>
            <WhoAsks callback={data} />
          </div>
          <CallbackProgress callback={data} />
          <section className="card stack">
            <h2 className="section-title">What to do in AWS</h2>
            <WhatToDo callback={data} path={path} made={query.isPlaceholderData ? '' : made} />
          </section>
          <ConfirmForm callback={data} path={path} arn={arn} onArn={setArn} onConfirmed={() => void query.refetch()} />
        </>
      )}
    </main>
  );
}

const isOver = ({ status, open }: Callback): boolean => !open && !['awaitingTrustPolicy', 'awaitingConfiguration', 'awaitingBucketPolicy', 'verifying'].includes(status);

const titleOf = ({ step, bucket, keyPolicyStatement }: Callback): string => {
  if (step === 'trust-policy') return 'Please apply a trust policy in AWS';
  if (step === 'bucket-policy') return `Please apply ${keyPolicyStatement ? 'three' : 'two'} policies in AWS`;
  return bucket ? `Please give a drive access to ${bucket}` : 'Please let a drive into AWS';
};
