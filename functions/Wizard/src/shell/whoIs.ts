import type { User } from '../api/contract';

/** Name and address, as far as there are both. */
export const named = (user: User): string => (user.email ? `${user.name} (${user.email})` : user.name);

/** Whom somebody means who typed an id, an address or a name; null where nobody or more than one is called that. */
export function whoIs(text: string, people: User[]): User | null {
  const typed = text.trim();
  const folded = typed.toLowerCase();
  const exact = people.find((user) => user.id === typed);
  if (exact || folded === '') return exact ?? null;
  for (const called of [(user: User) => user.email, (user: User) => user.name, named]) {
    const found = people.filter((user) => called(user)?.toLowerCase() === folded);
    if (found.length > 0) return found.length === 1 ? found[0]! : null;
  }
  return null;
}

const most = 20;

/** Whom somebody means who typed a part of a name or an address; the text itself is an actor too, such as a name that was given with a callback link. */
export function actorsOf(text: string, people: User[]): string[] {
  const folded = text.trim().toLowerCase();
  const one = whoIs(text, people);
  const like = one ? [one] : people.filter((user) => named(user).toLowerCase().includes(folded));
  return [...new Set([...like.map((user) => user.id), ...(one ? [] : [text.trim()])])].slice(0, most);
}
