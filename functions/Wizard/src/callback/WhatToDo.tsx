import { BranchForkRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { call } from '../api/client';
import type { Callback } from '../api/contract';
import type { Problem } from '../api/problem';
import { oneGoHints } from '../connecting/AllInOneStep';
import { checkRoleArn } from '../connecting/awsShapes';
import { externalIdOf, PolicyInstructions, TrustInstructions } from '../connecting/Instructions';
import { LaunchStackButton } from '../connecting/LaunchStackButton';
import { pretty } from '../shell/Code';
import { Button } from '../shell/controls';
import { SetupTabs, type Way } from '../shell/SetupTabs';
import { useSettled } from '../shell/useSettled';
import { RoleArnField } from './RoleArnField';

const MergePolicy = lazy(() => import('../connecting/MergePolicy'));

interface Props {
  callback: Callback;
  path: string;
  arn: string;
  onArn: (arn: string) => void;
  onWay: (way: Way) => void;
}

/** What to apply, in each form. */
export function WhatToDo({ callback, path, arn, onArn, onWay }: Props) {
  const [merging, setMerging] = useState(false);
  const { step, trustPolicy, rolePolicy, keyPolicyStatement, bucket, needsRoleArn, formats } = callback;
  // The bucket policy names the role, so it is written for the one that was made.
  const made = useSettled(step === 'all' && checkRoleArn(arn).ok ? arn.trim() : '');
  const search = made ? `?${new URLSearchParams({ roleArn: made })}` : '';
  const written = useQuery<Callback, Problem>({
    queryKey: ['callback-policies', path, made],
    queryFn: ({ signal }) => call<Callback>(`${path}${search}`, { signal, anonymous: true }),
    enabled: made !== '',
    retry: false,
    staleTime: Infinity,
  });
  const policies = made === '' ? (step === 'all' && needsRoleArn ? null : callback) : (written.data ?? null);
  const isWhole = step === 'all' && rolePolicy !== null;
  return (
    <div className="stack">
      {formats.includes('launch-stack') && <LaunchStackButton path={`${path}/setup`} anonymous />}
      <SetupTabs
        path={`${path}/setup`}
        anonymous
        onWay={onWay}
        script="Without an option it confirms at its end."
        {...(isWhole ? { hints: oneGoHints } : {})}
        console={
          <div className="stack wide">
            {trustPolicy && (
              <div className="stack">
                {isWhole && <h3 className="section-title">1. Trust policy: who may use the role</h3>}
                <TrustInstructions policy={pretty(trustPolicy)} externalId={externalIdOf(trustPolicy)} goesOn={isWhole} />
              </div>
            )}
            {step === 'all' && (
              <RoleArnField callback={callback} arn={arn} onArn={onArn} refused={written.error?.fieldMessage('roleArn')} />
            )}
            {rolePolicy && (
              <PolicyInstructions
                rolePolicy={pretty(rolePolicy)}
                bucketPolicy={policies?.bucketPolicy ? pretty(policies.bucketPolicy) : null}
                waitsForRole={policies === null}
                keyStatement={keyPolicyStatement && policies?.keyPolicyStatement ? pretty(policies.keyPolicyStatement) : null}
                bucket={bucket ?? undefined}
                roleName={policies?.roleArn?.split('/').at(-1)}
                first={isWhole ? 2 : 1}
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
          <MergePolicy path={`${path}/merged-bucket-policy${search}`} anonymous onClose={() => setMerging(false)} />
        </Suspense>
      )}
    </div>
  );
}
