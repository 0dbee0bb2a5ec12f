import {
  ArrowDownloadRegular,
  ArrowExportUpRegular,
  DeleteRegular,
  FlashRegular,
  HistoryRegular,
  PauseRegular,
  PlayRegular,
} from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import type { Integration } from '../api/contract';
import { useDrives } from '../drives/queries';
import { Button } from '../shell/controls';
import { CopyButton } from '../shell/CopyButton';
import { Loading } from '../shell/Loading';
import { useNotice } from '../shell/notices';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { BackfillProgress } from './BackfillProgress';
import { useIntegrations, usePause, useWebhooks } from './queries';
import { webhookName } from './webhookName';
import './integrations.css';

const DeleteIntegration = lazy(() => import('./DeleteIntegration'));
const IntegrationSetup = lazy(() => import('./IntegrationSetup'));
const IntegrationDeliveries = lazy(() => import('./IntegrationDeliveries'));

interface Props {
  /** Null for those of every drive. */
  driveId: string | null;
  mayChange?: boolean;
}

export function IntegrationList({ driveId, mayChange }: Props) {
  const query = useIntegrations(driveId);
  const drives = useDrives();
  const person = usePerson();
  const notice = useNotice();
  const pause = usePause();
  const [asking, setAsking] = useState<{ what: 'delete' | 'deliveries' | 'setup'; of: Integration } | null>(null);
  const webhooks = useWebhooks(person.isAdmin);
  const nameOfWebhook = (integration: Integration) =>
    webhookName(webhooks.data?.find((webhook) => webhook.id === integration.webhookId)) ?? integration.webhookHost;
  const driveName = (id: string) => drives.data?.find((drive) => drive.id === id)?.displayName ?? id;
  const may = (integration: Integration) => {
    if (mayChange !== undefined) return mayChange;
    const audience = integration.workspaceId
      ? { type: 'workspace' as const, workspaceId: integration.workspaceId }
      : drives.data?.find((drive) => drive.id === integration.driveId)?.audience;
    return audience !== undefined && person.mayConnect(audience);
  };
  if (query.error && !query.data) return <ProblemNotice error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Loading what="integrations" lines={2} height={64} />;
  if (query.data.length === 0) return <p className="none">{driveId ? 'There are none on this drive yet.' : 'There are none yet.'}</p>;
  return (
    <>
      {pause.error && <ProblemNotice error={pause.error} />}
      <ul className="integrations" aria-label="Integrations">
        {query.data.map((integration) => (
          <li key={integration.id} className="integration">
            <span className="integration-icon" aria-hidden="true">
              {integration.kind === 'upstream' ? <ArrowExportUpRegular /> : <ArrowDownloadRegular />}
            </span>
            <div className="stack tight grow">
              <p className="row tight-row">
                <strong>{integration.name}</strong>
                <span className="pill">{integration.kind === 'upstream' ? 'Upstream' : 'Downstream'}</span>
                {integration.paused && <span className="pill">Paused</span>}
              </p>
              <p className="quiet">{describe(integration, driveId ? null : driveName, person.workspaceName, nameOfWebhook)}</p>
              {integration.backfill && <BackfillProgress integration={integration} />}
              {integration.kind === 'downstream' && (
                <p className="quiet">
                  Outputs are sent to <span className="mono">POST /api/integrations/{integration.id}/outputs/…</span>
                </p>
              )}
            </div>
            <div className="integration-actions">
              <CopyButton text={integration.id} what={`the ID of ${integration.name}`} label="Copy ID" />
              {integration.kind === 'upstream' && (
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<HistoryRegular />}
                  onClick={() => setAsking({ what: 'deliveries', of: integration })}
                  aria-label={`Deliveries of ${integration.name}`}
                >
                  Deliveries
                </Button>
              )}
              {may(integration) && (
                <>
                  {integration.kind === 'upstream' && (
                    <Button
                      size="small"
                      appearance="subtle"
                      icon={<FlashRegular />}
                      aria-label={`S3 notifications for ${integration.name}`}
                      onClick={() => setAsking({ what: 'setup', of: integration })}
                    >
                      S3 notifications
                    </Button>
                  )}
                  <Button
                    size="small"
                    appearance="subtle"
                    icon={integration.paused ? <PlayRegular /> : <PauseRegular />}
                    disabled={pause.isPending}
                    aria-label={`${integration.paused ? 'Resume' : 'Pause'} ${integration.name}`}
                    onClick={() =>
                      pause.mutate(integration, {
                        onSuccess: (next) => notice(next.paused ? `${next.name} rests.` : `${next.name} goes on.`),
                      })
                    }
                  >
                    {integration.paused ? 'Resume' : 'Pause'}
                  </Button>
                  <Button
                    size="small"
                    appearance="subtle"
                    icon={<DeleteRegular />}
                    title="Delete"
                    aria-label={`Delete ${integration.name}`}
                    onClick={() => setAsking({ what: 'delete', of: integration })}
                  />
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      <Suspense>
        {asking?.what === 'delete' && <DeleteIntegration integration={asking.of} onClose={() => setAsking(null)} />}
        {asking?.what === 'setup' && <IntegrationSetup integration={asking.of} onClose={() => setAsking(null)} />}
        {asking?.what === 'deliveries' && (
          <IntegrationDeliveries integration={asking.of} mayChange={may(asking.of)} onClose={() => setAsking(null)} />
        )}
      </Suspense>
    </>
  );
}

function describe(
  integration: Integration,
  driveName: ((id: string) => string) | null,
  workspaceName: (id: string) => string,
  nameOfWebhook: (integration: Integration) => string | null,
): string {
  const folder =
    integration.folder === '' ? (driveName ? 'the whole drive' : 'anywhere on the drive') : `the folder “${integration.folder}”`;
  const drive = integration.driveId === null ? 'the default drive' : driveName?.(integration.driveId);
  return integration.kind === 'upstream'
    ? `New files in ${folder}${drive ? ` of ${drive}` : ''}${integration.pattern ? ` that match “${integration.pattern}”` : ''} are told to ${nameOfWebhook(integration) ? `the webhook ${nameOfWebhook(integration)}` : 'a webhook'}.`
    : `Outputs of ${integration.workspaceId ? workspaceName(integration.workspaceId) : 'a workspace'} land in ${integration.folder === '' ? 'the top folder' : folder}${drive ? ` of ${drive}` : ''}.`;
}
