import { AddRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { Webhook } from '../api/contract';
import { useWebhooks } from '../integrations/queries';
import Ask from '../shell/Ask';
import { Button } from '../shell/controls';
import { CopyButton } from '../shell/CopyButton';
import { formatDateTime } from '../shell/format';
import { Loading } from '../shell/Loading';
import { useNotice } from '../shell/notices';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useDone } from '../shell/useDone';
import { DeliveryList } from './DeliveryList';
import { NewWebhook } from './NewWebhook';
import { useDeleteWebhook, useTestWebhook, useWebhookDeliveries } from './queries';

type Asking = { what: 'create' } | { what: 'deliveries' | 'delete'; webhook: Webhook } | null;

/** Where the organization's events are sent to. */
export default function WebhooksTab() {
  const query = useWebhooks(true);
  const notice = useNotice();
  const test = useTestWebhook();
  const [asking, setAsking] = useState<Asking>(null);
  const close = () => setAsking(null);
  return (
    <section className="card stack" aria-labelledby="webhooks-title">
      <div className="row between">
        <div className="stack tight">
          <h2 id="webhooks-title" className="section-title">
            Webhooks
          </h2>
          <p className="quiet">Events are sent as CloudEvents, signed, and tried for a day.</p>
        </div>
        <Button icon={<AddRegular />} onClick={() => setAsking({ what: 'create' })}>
          Add webhook
        </Button>
      </div>
      {query.error && !query.data && <ProblemNotice error={query.error} retry={() => void query.refetch()} />}
      {test.error && <ProblemNotice error={test.error} />}
      {query.isPending && <Loading what="the webhooks" lines={2} height={72} />}
      {query.data?.length === 0 && (
        <p className="none">There are none yet. Add one to hear of new files, health, and finished connections.</p>
      )}
      {query.data && query.data.length > 0 && (
        <ul className="setting-list" aria-label="Webhooks">
          {query.data.map((webhook) => (
            <li key={webhook.id} className="setting">
              <div className="stack tight grow">
                <h3 className="setting-name">
                  {webhook.description || new URL(webhook.url).host}
                  <span className={`pill ${webhook.status === 'active' ? '' : 'warn-pill'}`}>
                    {webhook.status === 'active' && !webhook.worksSince ? 'Nothing delivered yet' : states[webhook.status]}
                  </span>
                </h3>
                <p className="mono quiet">{webhook.url}</p>
                <p className="quiet">{webhook.events.length === 0 ? 'All events' : new Intl.ListFormat().format(webhook.events)}</p>
                {webhook.failingSince && (
                  <p className="quiet">
                    Nothing could be delivered since {formatDateTime(webhook.failingSince)}. Look at its deliveries for the reason.
                  </p>
                )}
                {webhook.disabledAt && (
                  <p className="quiet">
                    Given up {formatDateTime(webhook.disabledAt)}. Once the receiver works, redeliver one of its deliveries: that enables it
                    again.
                  </p>
                )}
              </div>
              <div className="setting-actions">
                <CopyButton text={webhook.id} what={`the ID of ${webhook.url}`} label="Copy ID" />
                <Button size="small" aria-label={`Deliveries to ${webhook.url}`} onClick={() => setAsking({ what: 'deliveries', webhook })}>
                  Deliveries
                </Button>
                <Button
                  size="small"
                  aria-label={`Send a test to ${webhook.url}`}
                  disabled={test.isPending && test.variables === webhook.id}
                  onClick={() =>
                    test.mutate(webhook.id, {
                      onSuccess: () => {
                        notice('A test event is on its way.');
                        setAsking({ what: 'deliveries', webhook });
                      },
                    })
                  }
                >
                  Send a test
                </Button>
                <Button size="small" aria-label={`Delete ${webhook.url}`} onClick={() => setAsking({ what: 'delete', webhook })}>
                  Delete
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {asking?.what === 'create' && <NewWebhook onClose={close} />}
      {asking?.what === 'deliveries' && <Deliveries webhook={asking.webhook} onClose={close} />}
      {asking?.what === 'delete' && <DeleteWebhook webhook={asking.webhook} onClose={close} />}
    </section>
  );
}

const states = { active: 'Works', failing: 'Failing', disabled: 'Given up' } as const;

function Deliveries({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const deliveries = useWebhookDeliveries(webhook.id);
  return (
    <Ask title="Deliveries" act={null} close="Close" wide onClose={onClose}>
      <p className="mono quiet">{webhook.url}</p>
      <DeliveryList query={deliveries} redeliverAt={`/api/webhooks/${webhook.id}/deliveries`} none="Nothing was sent yet." />
    </Ask>
  );
}

function DeleteWebhook({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const remove = useDeleteWebhook();
  const done = useDone(onClose);
  return (
    <Ask
      title="Delete this webhook?"
      act="Delete"
      acting="Deleting …"
      danger
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onAct={() => remove.mutate(webhook.id, { onSuccess: done('Deleted the webhook.') })}
    >
      <p className="mono">{webhook.url}</p>
      <p>Nothing is sent to it any more, its signing secret is deleted, and integrations that told it of new files tell nobody.</p>
    </Ask>
  );
}
