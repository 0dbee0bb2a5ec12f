import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';
import type { Callback } from '../api/contract';
import type { Problem } from '../api/problem';
import { Loading } from '../shell/Loading';
import { Logo } from '../shell/Logo';
import { ProblemNotice } from '../shell/ProblemNotice';
import type { Way } from '../shell/SetupTabs';
import { useTitle } from '../shell/useTitle';
import { CallbackProgress } from './CallbackProgress';
import { ConfirmForm } from './ConfirmForm';
import { WhatToDo } from './WhatToDo';
import { Request, WhatItMayDo } from './WhoAsks';
import '../connecting/connecting.css';
import './callback.css';

/** For an AWS administrator without an account: who asks and for what, what to apply, "applied", and what came of it. */
export default function CallbackPage({ token }: { token: string }) {
  useTitle('Apply a policy in AWS');
  const [arn, setArn] = useState('');
  const [way, setWay] = useState<Way>('console');
  const path = `/api/callbacks/${encodeURIComponent(token)}`;
  const query = useQuery<Callback, Problem>({
    queryKey: ['callback', token],
    queryFn: ({ signal }) => call<Callback>(path, { signal, anonymous: true }),
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
          <h1 className="section-title">{data.reason === 'not-yet' ? 'Too early for this step' : 'This step is over'}</h1>
          <p className="lead">
            {data.reason === 'not-yet'
              ? 'Something comes before this step. Keep the link, and open it again later: this page then shows what to apply.'
              : 'Nothing is left to do here: the connection has moved on, or it was cancelled. You can close this page; ask whoever sent you the link if you are unsure.'}
          </p>
        </section>
      )}
      {data?.confirmed && !data.open && <CallbackProgress callback={data} />}
      {data?.open && (
        <>
          <div className="stack tight">
            <h1 className="title">{titleOf(data)}</h1>
            <Request callback={data} />
          </div>
          <CallbackProgress callback={data} />
          <WhatItMayDo callback={data} />
          <section className="card stack">
            <h2 className="section-title">What to do in AWS</h2>
            <WhatToDo callback={data} path={path} arn={arn} onArn={setArn} onWay={setWay} />
          </section>
          <ConfirmForm
            callback={data}
            path={path}
            arn={arn}
            onArn={setArn}
            asksForRole={way !== 'console'}
            onConfirmed={() => query.refetch()}
          />
        </>
      )}
    </main>
  );
}

const isOver = ({ status, open }: Callback): boolean =>
  !open && !['awaitingTrustPolicy', 'awaitingConfiguration', 'awaitingBucketPolicy', 'verifying'].includes(status);

const titleOf = ({ step, bucket, keyPolicyStatement }: Callback): string => {
  if (step === 'trust-policy') return 'Please apply a trust policy in AWS';
  if (step === 'bucket-policy') return `Please apply ${keyPolicyStatement ? 'three' : 'two'} policies in AWS`;
  return bucket ? `Please give a drive access to ${bucket}` : 'Please let a drive into AWS';
};
