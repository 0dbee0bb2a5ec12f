import { queryOptions, useQuery } from '@tanstack/react-query';
import { all } from '../api/all';
import { call } from '../api/client';
import type { Page, User } from '../api/contract';
import { usePerson } from './person';
import { named } from './whoIs';

const nameQuery = (id: string) =>
  queryOptions({ queryKey: ['people', id], staleTime: Infinity, queryFn: async ({ signal }) => (await call<Page<User>>(`/api/people?${new URLSearchParams({ id })}`, { signal })).items[0] ?? null });

/** A user by the name of their last sign-in; by their id where they have never signed in. */
export function UserName({ id }: { id: string }) {
  const me = usePerson().me.user;
  const query = useQuery({ ...nameQuery(id), enabled: id !== me.id });
  if (id === me.id) return me.name;
  return query.isPending ? '…' : (query.data?.name ?? id);
}

/** Everybody in the organization who has signed in; for those who may add members, nobody for others. */
export function usePeople(): User[] {
  const person = usePerson();
  const mayAsk = person.isAdmin || person.me.workspaces.some((workspace) => workspace.role === 'manager');
  const query = useQuery({ queryKey: ['people'], staleTime: 60_000, enabled: mayAsk, queryFn: ({ signal }) => all<User>('/api/people', signal) });
  return query.data ?? [];
}

/** What a field for a user offers to choose from. */
export const PeopleOptions = ({ id, people }: { id: string; people: User[] }) => (
  <datalist id={id}>
    {people.map((known) => (
      <option key={known.id} value={known.id} label={named(known)} />
    ))}
  </datalist>
);
