import type { User, UserManager } from 'oidc-client-ts';
import type { SignInConfiguration } from '../api/contract';

export type Session =
  { state: 'loading' } | { state: 'out'; problem?: string } | { state: 'in' | 'ended'; name: string; email: string; token: string };

const keptUser = 'oidc.user:'; // oidc-client-ts keeps the person under this and the issuer's and our names; all tabs of this browser have the same

let session: Session = known();

// Whoever signs in or out in one tab does so in all.
if (location.pathname !== '/signin/callback')
  addEventListener('storage', (event) => {
    if (event.key === null || event.key.startsWith(keptUser)) become(known());
  });

let manager: UserManager | undefined;
let opening: Promise<void> | undefined;
const listeners = new Set<() => void>();

export const currentSession = (): Session => session;

export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const accessToken = (): string | undefined => (session.state === 'in' ? session.token : undefined);

/** The API said that the token is no longer good: people see the way back, and nothing that they typed is lost. */
export function sessionEnded(): void {
  if (session.state === 'in') become({ ...session, state: 'ended' });
}

/**
 * Who is signed in, by what the browser has kept: without the sign-in library and without asking where to sign in, so that the first page waits for neither.
 * Whether the token is still good says the API.
 */
function known(): Session {
  if (location.pathname === '/signin/callback') return { state: 'loading' };
  const key = Object.keys(localStorage).find((candidate) => candidate.startsWith(keptUser));
  try {
    return key ? sessionOf(JSON.parse(localStorage.getItem(key) ?? 'null') as Kept | null) : { state: 'out' };
  } catch {
    return { state: 'out' };
  }
}

/** Completes a sign-in that is under way, and from then on sees to it that the session is renewed in time or ended. */
export const openSession = (): Promise<void> => (opening ??= open().finally(() => (opening = undefined)));

async function open(): Promise<void> {
  if (manager) return;
  try {
    const { UserManager: Manager, WebStorageStateStore } = await import('oidc-client-ts');
    const configuration = await readConfiguration();
    const opened = new Manager({
      authority: configuration.authority,
      client_id: configuration.clientId,
      scope: configuration.scope,
      redirect_uri: `${location.origin}/signin/callback`,
      post_logout_redirect_uri: `${location.origin}/`,
      response_type: 'code',
      automaticSilentRenew: false,
      userStore: new WebStorageStateStore({ store: localStorage }),
    });
    opened.events.addAccessTokenExpiring(() => void renew());
    opened.events.addAccessTokenExpired(sessionEnded);

    manager = opened;
    if (location.pathname === '/signin/callback') {
      const user = await opened.signinCallback();
      history.replaceState(null, '', returnPath(user?.state));
      enter(user ?? null);
    } else {
      enter(await opened.getUser());
    }
  } catch (error) {
    // Whoever is in stays in; the API says when the session is over.
    if (session.state === 'in') return;
    if (location.pathname === '/signin/callback') history.replaceState(null, '', '/');
    become({ state: 'out', problem: error instanceof Error ? error.message : String(error) });
  }
}

/** Leaves for the sign-in page and comes back to where the person is. */
export async function signIn(): Promise<void> {
  await openSession();
  await manager?.signinRedirect({ state: { returnTo: location.pathname + location.search } });
}

export async function signOut(): Promise<void> {
  await openSession();
  for (const key of Object.keys(sessionStorage)) if (key.startsWith('draft:')) sessionStorage.removeItem(key);
  indexedDB.deleteDatabase('uploads'); // what this person began to upload
  if (await manager?.metadataService.getEndSessionEndpoint().catch(() => undefined)) {
    await manager?.signoutRedirect();
    return;
  }
  await manager?.removeUser();
  history.replaceState(null, '', '/');
  become({ state: 'out' });
}

async function renew(): Promise<void> {
  const user = await manager?.getUser();
  if (!user?.refresh_token) return;
  try {
    enter((await manager?.signinSilent()) ?? null);
  } catch {
    sessionEnded();
  }
}

type Kept = Pick<User, 'access_token' | 'expires_at' | 'profile'>;

const enter = (user: Kept | null): void => become(sessionOf(user));

function sessionOf(user: Kept | null): Session {
  if (!user || (user.expires_at !== undefined && user.expires_at * 1000 <= Date.now())) return { state: 'out' };
  const { profile } = user;
  return {
    state: 'in',
    token: user.access_token,
    name: profile.name ?? profile.preferred_username ?? profile.sub,
    email: profile.email ?? profile.preferred_username ?? '',
  };
}

function become(next: Session): void {
  if (JSON.stringify(next) === JSON.stringify(session)) return;
  session = next;
  for (const listener of listeners) listener();
}

function returnPath(state: unknown): string {
  const path = (state as { returnTo?: unknown } | null | undefined)?.returnTo;
  return typeof path === 'string' && path.startsWith('/') && !path.startsWith('//') ? path : '/';
}

async function readConfiguration(): Promise<SignInConfiguration> {
  const response = await fetch('/api/signin', { signal: AbortSignal.timeout(15_000) });
  if (!response.ok) throw new Error('The server doesn’t say where to sign in. Try again in a moment; if it stays, tell your operator.');
  return (await response.json()) as SignInConfiguration;
}
