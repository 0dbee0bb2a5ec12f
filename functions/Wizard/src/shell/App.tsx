import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { asProblem, Problem } from '../api/problem';
import { connectionsQuery } from '../connecting/queries';
import { drivesQuery } from '../drives/queries';
import { currentSession } from '../signin/session';
import { Crash } from './Crash';
import { Loading } from './Loading';
import { NoticeProvider } from './notices';
import { meQuery } from './person';
import { needsNoAccount } from './pages';
import SignedIn from './SignedIn';

const SharedPage = lazy(() => import('../sharing/SharedPage'));
const CallbackPage = lazy(() => import('../callback/CallbackPage'));

const queries = new QueryClient({
  defaultOptions: {
    // Offline they fail with a sentence that says so, instead of waiting for ever without a word.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 15_000,
      retry: (failures, error) => failures < 1 && asProblem(error).passing && !(error instanceof Problem && error.status === 429),
    },
  },
  mutationCache: new MutationCache(),
});

// What the first page shows was asked for ahead.
if (currentSession().state === 'in' && !needsNoAccount()) {
  void queries.prefetchQuery(meQuery);
  if (location.pathname === '/') {
    void queries.prefetchQuery(drivesQuery);
    void queries.prefetchQuery(connectionsQuery);
  }
}

export function App() {
  return (
    <div className="app">
      <QueryClientProvider client={queries}>
        <NoticeProvider>
          <Crash>
            <Suspense fallback={<Loading what="the page" />}>
              <Switch>
                <Route path="/callback/:token">{({ token }) => <CallbackPage token={token} />}</Route>
                <Route path="/s/:token">{({ token }) => <SharedPage token={token} />}</Route>
                <Route>
                  <SignedIn />
                </Route>
              </Switch>
            </Suspense>
          </Crash>
        </NoticeProvider>
      </QueryClientProvider>
    </div>
  );
}
