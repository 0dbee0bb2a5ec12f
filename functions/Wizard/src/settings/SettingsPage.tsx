import { lazy, Suspense } from 'react';
import { Loading } from '../shell/Loading';
import { usePerson } from '../shell/person';
import { Tabs } from '../shell/Tabs';
import { useTitle } from '../shell/useTitle';
import './settings.css';

const WorkspacesTab = lazy(() => import('./WorkspacesTab'));
const MembersTab = lazy(() => import('./MembersTab'));
const RolesTab = lazy(() => import('../roles/RolesTab'));
const AllIntegrationsTab = lazy(() => import('./AllIntegrationsTab'));
const WebhooksTab = lazy(() => import('./WebhooksTab'));
const AuditTab = lazy(() => import('./AuditTab'));

const tabs = [
  { id: 'workspaces', name: 'Workspaces', forAdmins: false },
  { id: 'members', name: 'Members', forAdmins: false },
  { id: 'roles', name: 'Roles', forAdmins: false },
  { id: 'integrations', name: 'Integrations', forAdmins: false },
  { id: 'webhooks', name: 'Webhooks', forAdmins: true },
  { id: 'audit', name: 'Audit trail', forAdmins: true },
];

/** Everything around the drives. */
export default function SettingsPage({ tab }: { tab: string }) {
  const person = usePerson();
  const shown = tabs.filter((other) => person.isAdmin || !other.forAdmins);
  const here = tabs.find((other) => other.id === tab);
  useTitle(`${here?.name ?? 'Not found'} · Settings`);
  return (
    <>
      <div className="page-head flush">
        <div>
          <h1 className="title">Settings</h1>
        </div>
      </div>
      <Tabs label="Settings" current={here?.id ?? ''} tabs={shown.map((other) => ({ ...other, href: `/settings/${other.id}` }))} />
      <Suspense fallback={<Loading what="the settings" lines={3} height={72} />}>
        {!here ? (
          <div className="card empty">
            <h2 className="section-title">There are no such settings</h2>
            <p className="lead">The address may be cut off or out of date. Choose one of the parts above.</p>
          </div>
        ) : here.forAdmins && !person.isAdmin ? (
          <div className="card empty">
            <h2 className="section-title">{here.name}: for admins only</h2>
            <p className="lead">Ask an admin of your organization if you need something from here.</p>
          </div>
        ) : (
          <>
            {here.id === 'workspaces' && <WorkspacesTab />}
            {here.id === 'members' && <MembersTab />}
            {here.id === 'roles' && <RolesTab />}
            {here.id === 'integrations' && <AllIntegrationsTab />}
            {here.id === 'webhooks' && <WebhooksTab />}
            {here.id === 'audit' && <AuditTab />}
          </>
        )}
      </Suspense>
    </>
  );
}
