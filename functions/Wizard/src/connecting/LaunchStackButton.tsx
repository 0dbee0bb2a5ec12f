import { OpenRegular } from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { call } from '../api/client';
import type { LaunchStack } from '../api/contract';
import type { Problem } from '../api/problem';
import { Button } from '../shell/controls';
import { ProblemNotice } from '../shell/ProblemNotice';

interface Props {
  /** Where the API says it. */
  path: string;
  version?: string;
  anonymous?: boolean;
}

/** Opens CloudFormation's console with everything filled in, where the operator has put the stack's template into a bucket. */
export function LaunchStackButton({ path, version = '', anonymous = false }: Props) {
  const address = `${path}?format=launch-stack`;
  // Only looked at: the callback link in it is made when the button is used.
  const offered = useQuery<LaunchStack, Problem>({
    queryKey: ['launch-stack', path, version],
    queryFn: ({ signal }) => call(`${address}&preview=true`, { signal, anonymous }),
    retry: false,
    staleTime: Infinity,
  });
  const launch = useMutation<LaunchStack, Problem, Window | null>({
    mutationFn: () => call(address, { anonymous }),
    onSuccess: ({ url }, tab) => {
      if (tab) tab.location.replace(url);
      else location.assign(url);
    },
    onError: (_, tab) => tab?.close(),
  });
  if (!offered.data) return null;
  const open = () => {
    // Opened within the click, since browsers refuse what is opened later.
    const tab = window.open('', '_blank');
    if (tab) tab.opener = null;
    launch.mutate(tab);
  };
  return (
    <div className="stack tight">
      <div>
        <Button appearance="primary" size="large" icon={<OpenRegular />} disabled={launch.isPending} onClick={open}>
          {launch.isPending ? 'Opening AWS …' : 'Launch stack in AWS'}
        </Button>
      </div>
      <p className="quiet">
        CloudFormation opens with everything filled in. Tick there that it may create IAM resources, and create the stack; it does the rest.
      </p>
      {launch.error && <ProblemNotice error={launch.error} />}
    </div>
  );
}
