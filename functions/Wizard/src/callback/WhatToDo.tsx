import { BranchForkRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import type { Callback } from '../api/contract';
import { oneGoHints } from '../connecting/AllInOneStep';
import { externalIdOf, PolicyInstructions, TrustInstructions } from '../connecting/Instructions';
import { LaunchStackButton } from '../connecting/LaunchStackButton';
import { pretty } from '../shell/Code';
import { Button } from '../shell/controls';
import { SetupTabs } from '../shell/SetupTabs';

const MergePolicy = lazy(() => import('../connecting/MergePolicy'));

interface Props {
  callback: Callback;
  path: string;
  /** The role that was made, as soon as its ARN is typed. */
  made: string;
}

/** What to apply, in each form. */
export function WhatToDo({ callback, path, made }: Props) {
  const [merging, setMerging] = useState(false);
  const { step, trustPolicy, rolePolicy, bucketPolicy, keyPolicyStatement, bucket, roleArn, needsRoleArn, formats } = callback;
  const unknown = step === 'all' && needsRoleArn && made === '';
  const mergePath = `${path}/merged-bucket-policy${made ? `?${new URLSearchParams({ roleArn: made })}` : ''}`;
  return (
    <div className="stack">
      {formats.includes('launch-stack') && <LaunchStackButton path={`${path}/setup`} anonymous />}
      <SetupTabs
        path={`${path}/setup`}
        version={made}
        anonymous
        script="It confirms by itself at its end."
        {...(step === 'all' && rolePolicy ? { hints: oneGoHints } : {})}
        console={
          <div className="stack wide">
            {trustPolicy && <TrustInstructions policy={pretty(trustPolicy)} externalId={externalIdOf(trustPolicy)} />}
            {unknown && rolePolicy && <p className="lead">Then give the role’s ARN at the end of this page: the bucket policy, which names the role, is shown here as soon as it is known.</p>}
            {rolePolicy && (
              <PolicyInstructions
                rolePolicy={pretty(rolePolicy)}
                bucketPolicy={bucketPolicy && !unknown ? pretty(bucketPolicy) : null}
                keyStatement={keyPolicyStatement && !unknown ? pretty(keyPolicyStatement) : null}
                bucket={bucket ?? undefined}
                roleName={unknown ? undefined : roleArn?.split('/').at(-1)}
                merge={
                  <div>
                    <Button icon={<BranchForkRegular />} onClick={() => setMerging(true)}>
                      Merge into my bucket’s policy
                    </Button>
                  </div>
                }
              />
            )}
          </div>
        }
      />
      {merging && (
        <Suspense>
          <MergePolicy path={mergePath} anonymous onClose={() => setMerging(false)} />
        </Suspense>
      )}
    </div>
  );
}
