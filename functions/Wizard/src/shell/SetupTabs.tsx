import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { send } from '../api/client';
import type { SetupFormat } from '../api/contract';
import type { Problem } from '../api/problem';
import { Code } from './Code';
import { Loading } from './Loading';
import { ProblemNotice } from './ProblemNotice';
import { Words } from './Words';

export type Way = 'console' | SetupFormat;

const names: Record<Way, string> = {
  console: 'AWS console',
  'aws-cli': 'AWS CLI',
  cloudformation: 'CloudFormation',
  terraform: 'Terraform',
};
const hints: Record<SetupFormat, string> = {
  'aws-cli':
    'Run this in AWS CloudShell, or wherever the AWS CLI is signed in to the account of the bucket. It can be run again at any time.',
  cloudformation: 'Save this as a file and create a stack from it in CloudFormation › Create stack › Upload a template file.',
  terraform: 'Put this into your Terraform configuration of the account, then plan and apply.',
};

interface Props {
  /** Where the API says it, in each format. */
  path: string;
  /** What it depends on besides: another one makes it asked for again. */
  version?: string;
  /** More about the script. */
  script?: string;
  /** The formats with a callback link, which is made when the text is copied. */
  links?: SetupFormat[];
  /** For a page that needs no account. */
  anonymous?: boolean;
  /** Other hints than the usual ones. */
  hints?: Partial<Record<SetupFormat, string>>;
  /** Called with the shown way. */
  onWay?: (way: Way) => void;
  /** The same by hand, where there is a way by hand. */
  console?: ReactNode;
}

/** What has to be done in AWS, in the way that the reader works: by hand in the console, or as something to run. */
export function SetupTabs({
  path,
  version = '',
  script = '',
  links = [],
  anonymous = false,
  hints: otherHints = {},
  onWay,
  console,
}: Props) {
  const ways: Way[] = [...(console ? (['console'] as const) : []), 'aws-cli', 'cloudformation', 'terraform'];
  const [way, choose] = useState<Way>(() => ways.find((known) => known === localStorage.getItem('setup')) ?? ways[0]!);
  const setWay = (next: Way) => {
    localStorage.setItem('setup', next);
    choose(next);
  };
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    onWay?.(way);
    // On a narrow screen the tab that is open may be out of sight.
    const [all, tab] = [list.current, list.current?.querySelector<HTMLElement>('[aria-selected="true"]')];
    if (all && tab) all.scrollLeft = tab.offsetLeft - all.offsetLeft - (all.clientWidth - tab.offsetWidth) / 2;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when another tab is chosen
  }, [way]);
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
        {way === 'console' ? (
          console
        ) : (
          <Setup
            path={path}
            format={way}
            version={version}
            links={links.includes(way)}
            anonymous={anonymous}
            hint={`${otherHints[way] ?? hints[way]}${way === 'aws-cli' ? ` ${script}` : ''}`}
          />
        )}
      </div>
    </div>
  );
}

interface SetupProps {
  path: string;
  format: SetupFormat;
  version: string;
  links: boolean;
  anonymous: boolean;
  hint: string;
}

function Setup({ path, format, version, links, anonymous, hint }: SetupProps) {
  const read = async (signal?: AbortSignal, preview = false) =>
    (await send(`${path}?format=${format}${preview ? '&preview=true' : ''}`, { anonymous, ...(signal ? { signal } : {}) })).text();
  const setup = useQuery<string, Problem>({
    queryKey: ['setup', path, format, version],
    queryFn: ({ signal }) => read(signal, links),
    staleTime: Infinity,
  });
  if (setup.error) return <ProblemNotice error={setup.error} retry={() => void setup.refetch()} />;
  if (setup.data === undefined) return <Loading what={names[format]} lines={1} height={240} />;
  return (
    <div className="stack">
      <p className="lead">
        <Words text={hint} />
        {links && ' Copying makes a private confirmation link in it: share it with your AWS administrator only.'}
      </p>
      <Code title={names[format]} what={`the ${names[format]} text`} text={setup.data} {...(links ? { fetchText: () => read() } : {})} />
    </div>
  );
}
