import { lazy, Suspense } from 'react';
import { Link, Route, Switch } from 'wouter';
import DrivesPage from '../drives/DrivesPage';
import { Loading } from './Loading';
import { useTitle } from './useTitle';

const pages = {
  drives: () => import('../drives/DrivePage'),
  connect: () => import('../connecting/StartPage'),
  connections: () => import('../connecting/ConnectionPage'),
  settings: () => import('../settings/SettingsPage'),
};

const DrivePage = lazy(pages.drives);
const StartPage = lazy(pages.connect);
const ConnectionPage = lazy(pages.connections);
const SettingsPage = lazy(pages.settings);

// The page that people come for is fetched while the frame around it is drawn.
const first = location.pathname.split('/')[1] ?? '';
if (first in pages) void pages[first as keyof typeof pages]();

export function Routes() {
  return (
    <Suspense fallback={<Loading what="the page" lines={4} />}>
      <Switch>
        <Route path="/">
          <DrivesPage />
        </Route>
        <Route path="/connect">
          <StartPage />
        </Route>
        <Route path="/connections/:id">{({ id }) => <ConnectionPage key={id} id={id} />}</Route>
        <Route path="/drives/:id/:tab?">{({ id, tab }) => <DrivePage key={id} id={id} tab={tab ?? 'overview'} />}</Route>
        <Route path="/settings/:tab?">{({ tab }) => <SettingsPage tab={tab ?? 'workspaces'} />}</Route>
        <Route>
          <NoSuchPage />
        </Route>
      </Switch>
    </Suspense>
  );
}

function NoSuchPage() {
  useTitle('Not found');
  return (
    <div className="empty">
      <h1 className="title">There is no such page</h1>
      <p className="lead">The address may be cut off or out of date.</p>
      <Link href="/" className="link">
        Go to your drives
      </Link>
    </div>
  );
}
