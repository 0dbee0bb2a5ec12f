import type { User, UserManager } from 'oidc-client-ts';
import type { SignInConfiguration } from '../api/contract';

export type Session =
  | { state: 'loading' }
  | { state: 'out'; problem?: string }
  | { state: 'in' | 'ended'; name: string; email: string; token: string };

let session: Session = { state: 'loading' };
let manager: UserManager | undefined;
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

/** Reads what is known about the person, and completes a sign-in that is under way. */
export async function openSession(): Promise<void> {
  try {
    const { UserManager: Manager, WebStorageStateStore } = await import('oidc-client-ts');
    const configuration = await readConfiguration();
    manager = new Manager({
      authority: configuration.authority,
      client_id: configuration.clientId,
      scope: configuration.scope,
      redirect_uri: `${location.origin}/signin/callback`,
      post_logout_redirect_uri: `${location.origin}/`,
      response_type: 'code',
      automaticSilentRenew: false,
      userStore: new WebStorageStateStore({ store: sessionStorage }),
    });
    manager.events.addAccessTokenExpiring(() => void renew());
    manager.events.addAccessTokenExpired(sessionEnded);

    if (location.pathname === '/signin/callback') {
      const user = await manager.signinCallback();
      history.replaceState(null, '', returnPath(user?.state));
      enter(user ?? null);
    } else {
      const user = await manager.getUser();
      enter(user);
    }
  } catch (error) {
    if (location.pathname === '/signin/callback') history.replaceState(null, '', '/');
    become({ state: 'out', problem: error instanceof Error ? error.message : String(error) });
  }
}

/** Leaves for the sign-in page and comes back to where the person is. */
export async function signIn(): Promise<void> {
  if (!manager) await openSession();
  await manager?.signinRedirect({ state: { returnTo: location.pathname + location.search } });
}

export async function signOut(): Promise<void> {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith('draft:')) sessionStorage.removeItem(key);
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

function enter(user: User | null): void {
  if (!user || user.expired) {
    become({ state: 'out' });
    return;
  }
  const profile = user.profile;
  become({
    state: 'in',
    token: user.access_token,
    name: profile.name ?? profile.preferred_username ?? profile.sub,
    email: profile.email ?? profile.preferred_username ?? '',
  });
}

function become(next: Session): void {
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
