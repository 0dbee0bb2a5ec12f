import { queryOptions, useQuery } from '@tanstack/react-query';
import { createContext, use, useMemo, useState, type ReactNode } from 'react';
import { call } from '../api/client';
import type { Audience, Me } from '../api/contract';
import { Loading } from './Loading';
import { ProblemNotice } from './ProblemNotice';

interface PersonContextValue {
  me: Me;
  isAdmin: boolean;
  /** The workspace that the person looks at; null for all of them. */
  workspaceId: string | null;
  lookAt: (workspaceId: string | null) => void;
  workspaceName: (id: string | null | undefined) => string;
  audienceName: (audience: Audience) => string;
  mayManage: (workspaceId: string) => boolean;
  /** Whether there is a workspace that the person may add members to. */
  mayAddMembers: boolean;
  /** Whether the person may connect, change and remove drives of this audience. */
  mayConnect: (audience: Audience) => boolean;
}

const PersonContext = createContext<PersonContextValue | null>(null);

export function usePerson(): PersonContextValue {
  const value = use(PersonContext);
  if (!value) throw new Error('There is no person here.');
  return value;
}

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => call<Me>('/api/me', { signal }) });

export function PersonProvider({ children }: { children: ReactNode }) {
  const query = useQuery(meQuery);
  const [chosen, choose] = useState(() => localStorage.getItem('workspace'));
  const value = useMemo(() => {
    const me = query.data;
    if (!me) return null;
    const isAdmin = me.role === 'admin';
    const workspaceName = (id: string | null | undefined) => me.workspaces.find((workspace) => workspace.id === id)?.name ?? id ?? '';
    const known = me.workspaces.some((workspace) => workspace.id === chosen);
    return {
      me,
      isAdmin,
      workspaceId: known ? chosen : chosen === '' || me.workspaces.length === 0 ? null : (me.workspaces[0]?.id ?? null),
      lookAt: (workspaceId: string | null) => {
        localStorage.setItem('workspace', workspaceId ?? '');
        choose(workspaceId ?? '');
      },
      workspaceName,
      audienceName: (audience: Audience) => (audience.type === 'organization' ? 'Whole organization' : workspaceName(audience.workspaceId)),
      mayManage: (workspaceId: string) =>
        isAdmin || me.workspaces.some((workspace) => workspace.id === workspaceId && workspace.role === 'manager'),
      mayAddMembers: isAdmin || me.workspaces.some((workspace) => workspace.role === 'manager'),
      mayConnect: (audience: Audience) =>
        isAdmin ||
        (audience.type === 'workspace' &&
          me.workspaces.some((workspace) => workspace.id === audience.workspaceId && workspace.role !== null)),
    };
  }, [query.data, chosen]);

  if (query.error)
    return (
      <main className="center-page">
        <ProblemNotice error={query.error} retry={() => void query.refetch()} />
      </main>
    );
  if (!value)
    return (
      <main className="center-page">
        <Loading what="who you are" lines={0} />
      </main>
    );
  return <PersonContext value={value}>{children}</PersonContext>;
}
