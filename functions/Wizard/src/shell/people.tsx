import { queryOptions, useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { all } from '../api/all';
import { call } from '../api/client';
import type { Page, User } from '../api/contract';
import { Input, type InputProps } from './controls';
import { usePerson } from './person';
import { named } from './whoIs';

const nameQuery = (id: string) =>
  queryOptions({
    queryKey: ['people', id],
    staleTime: Infinity,
    queryFn: async ({ signal }) => (await call<Page<User>>(`/api/people?${new URLSearchParams({ id })}`, { signal })).items[0] ?? null,
  });

/** A user by the name of their last sign-in; by their id where they have never signed in. */
export function UserName({ id }: { id: string }) {
  const me = usePerson().me.user;
  const query = useQuery({ ...nameQuery(id), enabled: id !== me.id });
  if (id === me.id) return me.name;
  return query.isPending ? '…' : (query.data?.name ?? id);
}

/** Everybody in the organization who has signed in; for those who may add members, nobody for others. */
export function usePeople(): User[] {
  const query = useQuery({
    queryKey: ['people'],
    staleTime: 60_000,
    enabled: usePerson().mayAddMembers,
    queryFn: ({ signal }) => all<User>('/api/people', signal),
  });
  return query.data ?? [];
}

/** A field for a user, which offers these; what is typed there is read by `whoIs`. */
export function UserInput({ people, ...rest }: InputProps & { people: User[] }) {
  const id = useId();
  return (
    <>
      <Input list={id} autoComplete="off" spellCheck={false} {...rest} />
      <datalist id={id}>
        {people.map((known) => (
          <option key={known.id} value={known.id} label={named(known)} />
        ))}
      </datalist>
    </>
  );
}
