/**
 * The connection that the wizard's first two steps led to. A visit is what an entry of the browser's history remembers, so that going back from the
 * connection shows what was typed for it rather than an empty form.
 */
const key = (visit: string) => `visit:${visit}`;

interface Entry {
  visit?: string;
}

/** The visit of this entry, which is made where there is none. */
export function currentVisit(): string {
  const state = history.state as Entry | null;
  if (state?.visit) return state.visit;
  const visit = crypto.randomUUID();
  history.replaceState({ ...state, visit }, '');
  return visit;
}

export const connectionOf = (visit: string): string | null => sessionStorage.getItem(key(visit));

export const rememberConnection = (visit: string, connection: string): void => sessionStorage.setItem(key(visit), connection);
