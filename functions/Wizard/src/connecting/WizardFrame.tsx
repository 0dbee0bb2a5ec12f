import { CheckmarkFilled } from '@fluentui/react-icons';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Method } from '../api/contract';
import { focusHeading } from '../shell/keepFocus';
import './connecting.css';

export type WizardStep = 'source' | 'access' | 'trust' | 'bucket' | 'policies' | 'apply' | 'verify' | 'done';

const names: Record<WizardStep, string> = {
  source: 'Data source',
  access: 'Access to AWS',
  trust: 'Trust policy',
  bucket: 'Bucket',
  policies: 'Role and bucket policy',
  apply: 'Apply in AWS',
  verify: 'Verification',
  done: 'Ready to use',
};

/** With everything in one go: AWS is asked for once. */
export const stepsInOneGo: WizardStep[] = ['source', 'access', 'bucket', 'apply', 'verify', 'done'];

export function stepsOf(method: Method, reusesRole: boolean): WizardStep[] {
  if (method === 'accessKey') return ['source', 'access', 'bucket', 'verify', 'done'];
  return reusesRole
    ? ['source', 'access', 'bucket', 'policies', 'verify', 'done']
    : ['source', 'access', 'trust', 'bucket', 'policies', 'verify', 'done'];
}

interface Props {
  title: string;
  subtitle?: ReactNode;
  steps: WizardStep[];
  current: WizardStep;
  /** For a wizard that has ended. */
  finished?: boolean;
  /** Where a step is, if one can go there from here. */
  hrefOf?: (step: WizardStep) => string | null;
  children: ReactNode;
}

export function WizardFrame({ title, subtitle, steps, current, finished = false, hrefOf = () => null, children }: Props) {
  const at = steps.indexOf(current);
  const body = useRef<HTMLDivElement>(null);
  const shown = useRef(current);
  useEffect(() => {
    // Another step is another page: it begins at its heading.
    if (shown.current === current) return;
    shown.current = current;
    scrollTo({ top: 0 });
    if (body.current) focusHeading(body.current);
  }, [current]);
  return (
    <div className="wizard">
      <div className="wizard-head">
        <Link href="/" className="link">
          Drives
        </Link>
        <h1 className="title">{title}</h1>
        {subtitle && <p className="lead">{subtitle}</p>}
      </div>
      <nav className="wizard-steps" aria-label="Steps">
        <p className="wizard-steps-short" role="status">
          Step {at + 1} of {steps.length}: {names[current]}
        </p>
        <div className="wizard-bar" aria-hidden="true">
          <span style={{ inlineSize: `${(100 * (at + (finished ? 1 : 0.5))) / steps.length}%` }} />
        </div>
        <ol>
          {steps.map((step, index) => {
            const state = index < at || finished ? 'done' : index === at ? 'current' : 'ahead';
            const href = index === at ? null : hrefOf(step);
            return (
              <li key={step} className={state} aria-current={state === 'current' ? 'step' : undefined}>
                <span className="wizard-dot" aria-hidden="true">
                  {state === 'done' ? <CheckmarkFilled /> : index + 1}
                </span>
                <span>
                  {href === null ? (
                    names[step]
                  ) : (
                    <Link href={href} className="link">
                      {names[step]}
                    </Link>
                  )}
                  {state === 'done' && <span className="visually-hidden"> (done)</span>}
                </span>
              </li>
            );
          })}
        </ol>
      </nav>
      <div className="wizard-body" ref={body}>
        {children}
      </div>
    </div>
  );
}
