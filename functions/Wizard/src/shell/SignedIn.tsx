import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import { currentSession, onSession, openSession } from '../signin/session';
import { SignInPage } from '../signin/SignInPage';
import { Frame } from './Frame';
import { Loading } from './Loading';
import { PersonProvider } from './person';
import { Routes } from './Routes';
import type { useTheme } from './theme';
import { whenIdle } from './whenIdle';

const SessionEnded = lazy(() => import('../signin/SessionEnded'));

/** Everything that needs an account. */
export default function SignedIn({ theme }: { theme: ReturnType<typeof useTheme> }) {
  const session = useSyncExternalStore(onSession, currentSession);
  useEffect(() => (currentSession().state === 'loading' ? void openSession() : whenIdle(() => void openSession())), []);
  if (session.state === 'loading')
    return (
      <main className="center-page">
        <Loading what="your session" lines={0} />
      </main>
    );
  if (session.state === 'out') return <SignInPage problem={session.problem} />;
  return (
    <PersonProvider>
      <Frame session={session} theme={theme}>
        <Routes />
      </Frame>
      {session.state === 'ended' && (
        <Suspense>
          <SessionEnded />
        </Suspense>
      )}
    </PersonProvider>
  );
}
