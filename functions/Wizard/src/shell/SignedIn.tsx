import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import { currentSession, onSession, openSession } from '../signin/session';
import { Frame } from './Frame';
import { Loading } from './Loading';
import { PersonProvider } from './person';
import { Routes } from './Routes';
import { whenIdle } from './whenIdle';

const SessionEnded = lazy(() => import('../signin/SessionEnded'));

/** Everything that needs an account. */
export default function SignedIn() {
  const session = useSyncExternalStore(onSession, currentSession);
  useEffect(() => (currentSession().state === 'loading' ? void openSession() : whenIdle(() => void openSession())), []);
  if (session.state === 'loading')
    return (
      <main className="center-page">
        <Loading what="your session" lines={0} />
      </main>
    );
  if (session.state === 'out') return null; // the page that welcomes is in index.html
  return (
    <PersonProvider>
      <Frame session={session}>
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
