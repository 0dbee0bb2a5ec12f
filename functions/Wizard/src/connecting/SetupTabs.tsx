import { Tab, TabList } from '@fluentui/react-components';
import { useId, useState, type ReactNode } from 'react';
import type { SetupFormat } from '../api/contract';
import { Code } from '../shell/Code';
import { Loading } from '../shell/Loading';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useSetup } from './queries';

const formats: Record<SetupFormat, { name: string; hint: string }> = {
  'aws-cli': { name: 'AWS CLI', hint: 'Run this in AWS CloudShell, or wherever the AWS CLI is signed in to the account of the bucket.' },
  cloudformation: { name: 'CloudFormation', hint: 'Save this as a file and create a stack from it in CloudFormation › Create stack › Upload a template file.' },
  terraform: { name: 'Terraform', hint: 'Put this into your Terraform configuration of the account, then plan and apply.' },
};

interface Props {
  connectionId: string;
  status: string;
  attempt: number;
  console: ReactNode;
}

/** The open step in the way that the reader works: by hand in the console, or as something to run. */
export function SetupTabs({ connectionId, status, attempt, console }: Props) {
  const [tab, setTab] = useState<'console' | SetupFormat>('console');
  const id = useId();
  return (
    <div className="stack">
      <TabList selectedValue={tab} onTabSelect={(_, data) => setTab(data.value as typeof tab)} className="tabs" aria-label="How to apply it">
        <Tab value="console" id={`${id}console`}>
          AWS console
        </Tab>
        {(Object.keys(formats) as SetupFormat[]).map((format) => (
          <Tab key={format} value={format} id={`${id}${format}`}>
            {formats[format].name}
          </Tab>
        ))}
      </TabList>
      <div role="tabpanel" aria-labelledby={`${id}${tab}`}>
        {tab === 'console' ? console : <Setup connectionId={connectionId} format={tab} status={status} attempt={attempt} />}
      </div>
    </div>
  );
}

function Setup({ connectionId, format, status, attempt }: { connectionId: string; format: SetupFormat; status: string; attempt: number }) {
  const setup = useSetup(connectionId, format, status, attempt);
  if (setup.error) return <ProblemNotice error={setup.error} retry={() => void setup.refetch()} />;
  if (setup.data === undefined) return <Loading what={formats[format].name} lines={1} height={240} />;
  return (
    <div className="stack">
      <p className="lead">{formats[format].hint}</p>
      <Code title={formats[format].name} what={`the ${formats[format].name} text`} text={setup.data} />
    </div>
  );
}
