import { AddRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import type { Drive } from '../api/contract';
import { Button } from '../shell/controls';
import { usePerson } from '../shell/person';
import { IntegrationList } from './IntegrationList';

const NewIntegration = lazy(() => import('./NewIntegration'));

/** What starts from this drive, and what lands on it. */
export default function IntegrationsTab({ drive }: { drive: Drive }) {
  const person = usePerson();
  const [adding, setAdding] = useState(false);
  const mayAdd = person.mayConnect(drive.audience) && drive.state === 'connected';
  return (
    <section className="card stack" aria-labelledby="integrations-title">
      <div className="row between">
        <div className="stack tight">
          <h2 id="integrations-title" className="section-title">
            Integrations
          </h2>
          <p className="quiet">New files can tell a webhook of yours, and outputs of a workspace can land here.</p>
        </div>
        {mayAdd && (
          <Button icon={<AddRegular />} onClick={() => setAdding(true)}>
            Add integration
          </Button>
        )}
      </div>
      <IntegrationList driveId={drive.id} mayChange={mayAdd} />
      {adding && (
        <Suspense>
          <NewIntegration drive={drive} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </section>
  );
}
