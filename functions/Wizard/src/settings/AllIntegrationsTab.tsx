import { AddRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import { IntegrationList } from '../integrations/IntegrationList';
import { Button } from '../shell/controls';
import { usePerson } from '../shell/person';

const NewIntegration = lazy(() => import('../integrations/NewIntegration'));

/** The integrations of all drives, and those that follow the default drive. */
export default function AllIntegrationsTab() {
  const person = usePerson();
  const [adding, setAdding] = useState(false);
  return (
    <section className="card stack" aria-labelledby="integrations-title">
      <div className="row between">
        <div className="stack tight">
          <h2 id="integrations-title" className="section-title">
            Integrations
          </h2>
          <p className="quiet">
            Those on one drive are added on its page. Here you can add one whose outputs follow a workspace’s default drive.
          </p>
        </div>
        {person.me.workspaces.length > 0 && (
          <Button icon={<AddRegular />} onClick={() => setAdding(true)}>
            Add integration
          </Button>
        )}
      </div>
      <IntegrationList driveId={null} />
      {adding && (
        <Suspense>
          <NewIntegration drive={null} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </section>
  );
}
