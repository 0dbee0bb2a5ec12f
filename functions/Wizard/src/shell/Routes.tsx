import { Suspense } from 'react';
import { Link, Route, Switch } from 'wouter';
import DrivesPage from '../drives/DrivesPage';
import { Button } from './controls';
import { Loading } from './Loading';
import { page } from './page';
import { firstPage, pages } from './pages';
import { useTitle } from './useTitle';

const DrivePage = page(pages.drives);
const StartPage = page(pages.connect);
const ConnectionPage = page(pages.connections);
const SettingsPage = page(pages.settings);

const first = firstPage();
if (first) void { drives: DrivePage, connect: StartPage, connections: ConnectionPage, settings: SettingsPage }[first].fetch();

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
      <p className="row">
        <Link href="/" className="link">
          Go to your drives
        </Link>
        <Button appearance="subtle" onClick={() => history.back()}>
          Back
        </Button>
      </p>
    </div>
  );
}
