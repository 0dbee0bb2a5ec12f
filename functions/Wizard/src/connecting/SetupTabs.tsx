import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { SetupFormat } from '../api/contract';
import { Code } from '../shell/Code';
import { Loading } from '../shell/Loading';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useSetup } from './queries';

type Way = 'console' | SetupFormat;

const ways: Way[] = ['console', 'aws-cli', 'cloudformation', 'terraform'];
const names: Record<Way, string> = { console: 'AWS console', 'aws-cli': 'AWS CLI', cloudformation: 'CloudFormation', terraform: 'Terraform' };
const hints: Record<SetupFormat, string> = {
  'aws-cli': 'Run this in AWS CloudShell, or wherever the AWS CLI is signed in to the account of the bucket. It can be run again at any time, and confirms the step by itself at its end.',
  cloudformation: 'Save this as a file and create a stack from it in CloudFormation › Create stack › Upload a template file.',
  terraform: 'Put this into your Terraform configuration of the account, then plan and apply.',
};

interface Props {
  connectionId: string;
  status: string;
  attempt: number;
  console: ReactNode;
}

/** The open step in the way that the reader works: by hand in the console, or as something to run. */
export function SetupTabs({ connectionId, status, attempt, console }: Props) {
  const [way, setWay] = useState<Way>('console');
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKey = (event: KeyboardEvent) => {
    const at = ways.indexOf(way);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ways.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const chosen = (next + ways.length) % ways.length;
    setWay(ways[chosen]!);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[chosen]?.focus();
  };
  return (
    <div className="stack">
      <div ref={list} role="tablist" aria-label="How to apply it" className="tab-nav flush" onKeyDown={onKey}>
        {ways.map((other) => (
          <button
            key={other}
            type="button"
            role="tab"
            id={`${id}${other}`}
            aria-selected={other === way}
            aria-controls={`${id}panel`}
            tabIndex={other === way ? 0 : -1}
            data-name={names[other]}
            onClick={() => setWay(other)}
          >
            {names[other]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}panel`} aria-labelledby={`${id}${way}`}>
        {way === 'console' ? console : <Setup connectionId={connectionId} format={way} status={status} attempt={attempt} />}
      </div>
    </div>
  );
}

function Setup({ connectionId, format, status, attempt }: { connectionId: string; format: SetupFormat; status: string; attempt: number }) {
  const setup = useSetup(connectionId, format, status, attempt);
  if (setup.error) return <ProblemNotice error={setup.error} retry={() => void setup.refetch()} />;
  if (setup.data === undefined) return <Loading what={names[format]} lines={1} height={240} />;
  return (
    <div className="stack">
      <p className="lead">{hints[format]}</p>
      <Code title={names[format]} what={`the ${names[format]} text`} text={setup.data} />
    </div>
  );
}
