import { useState } from 'react';
import { Link } from 'wouter';
import type { Drive } from '../api/contract';
import { Choice } from '../connecting/Choice';
import Ask from '../shell/Ask';
import { Field, Input, Select } from '../shell/controls';
import { useNotice } from '../shell/notices';
import { usePerson } from '../shell/person';
import { useCreateIntegration, useWebhooks } from './queries';
import { PatternTrial } from './Trial';
import './integrations.css';
import '../connecting/connecting.css';

/** Joins a drive, or the default drive of a workspace (null), to something else. */
export default function NewIntegration({ drive, onClose }: { drive: Drive | null; onClose: () => void }) {
  const person = usePerson();
  const notice = useNotice();
  const webhooks = useWebhooks(person.isAdmin && drive !== null);
  const create = useCreateIntegration();
  const workspaces = person.me.workspaces.filter(
    (workspace) => drive === null || drive.audience.type === 'organization' || drive.audience.workspaceId === workspace.id,
  );
  const [kind, setKind] = useState<'upstream' | 'downstream'>(drive ? 'upstream' : 'downstream');
  const [form, setForm] = useState({
    name: '',
    folder: '',
    pattern: '',
    webhookId: '',
    workspaceId: workspaces[0]?.id ?? '',
    backfill: false,
  });
  const [insist, setInsist] = useState(false);
  const change = (next: Partial<typeof form>) => setForm((now) => ({ ...now, ...next }));
  const webhookId = form.webhookId || (webhooks.data?.[0]?.id ?? '');
  const problems: Record<string, string | undefined> = {
    name: form.name.trim() === '' ? 'Give it a name.' : form.name.trim().length > 100 ? 'At most 100 characters.' : undefined,
    webhookId: kind === 'upstream' && webhookId.trim() === '' ? 'Say which webhook hears of new files.' : undefined,
  };
  const problem = (field: string) => create.error?.fieldMessage(field) ?? (insist ? problems[field] : undefined);
  const state = (field: string) => ({
    validationState: problem(field) ? ('error' as const) : ('none' as const),
    validationMessage: problem(field),
  });
  const submit = () => {
    setInsist(true);
    if (Object.values(problems).some((text) => text !== undefined)) return;
    create.mutate(
      {
        kind,
        name: form.name.trim(),
        folder: form.folder.trim().replace(/^\/+|\/+$/g, ''),
        ...(drive ? { driveId: drive.id } : {}),
        ...(kind === 'upstream'
          ? { webhookId: webhookId.trim(), ...(form.pattern.trim() ? { pattern: form.pattern.trim() } : {}), backfill: form.backfill }
          : { workspaceId: form.workspaceId }),
      },
      {
        onSuccess: (made) => {
          notice(`Added the integration ${made.name}.`);
          onClose();
        },
      },
    );
  };
  return (
    <Ask
      title="Add integration"
      act="Add"
      acting="Adding …"
      busy={create.isPending}
      error={create.error && Object.keys(create.error.errors).length === 0 ? create.error : null}
      onAct={submit}
      onClose={onClose}
    >
      {drive && (
        <fieldset className="choices">
          <legend>What shall it do?</legend>
          <Choice
            group="kind"
            value="upstream"
            checked={kind === 'upstream'}
            name="Upstream"
            note="New files on this drive start something: a webhook of yours hears of each."
            onChoose={() => setKind('upstream')}
          />
          <Choice
            group="kind"
            value="downstream"
            checked={kind === 'downstream'}
            name="Downstream"
            note="Outputs of a workspace land on this drive."
            onChoose={() => setKind('downstream')}
          />
        </fieldset>
      )}
      {!drive && (
        <p>
          Outputs that are sent to it land on the default drive that the workspace has at that time: its own, or else the organization’s.
        </p>
      )}
      <Field label="Name" required {...state('name')}>
        <Input value={form.name} autoComplete="off" onChange={(_, data) => change({ name: data.value })} />
      </Field>
      {kind === 'downstream' && (
        <Field label="Workspace" {...state('workspaceId')}>
          <Select value={form.workspaceId} onChange={(_, data) => change({ workspaceId: data.value })}>
            {workspaces.map((workspace) => (
              <option key={workspace.id} value={workspace.id}>
                {workspace.name}
              </option>
            ))}
          </Select>
        </Field>
      )}
      <Field
        label="Folder"
        hint={
          kind === 'upstream'
            ? 'Only this folder and what is below it. Empty for the whole drive.'
            : 'Where outputs land. Empty for the top of the drive.'
        }
        {...state('folder')}
      >
        <Input
          value={form.folder}
          className="mono-input"
          placeholder={kind === 'upstream' ? 'inbox' : 'results'}
          autoComplete="off"
          spellCheck={false}
          onChange={(_, data) => change({ folder: data.value })}
        />
      </Field>
      {kind === 'upstream' && (
        <>
          <Field label="Pattern" hint="Which files below the folder, such as **/*.pdf. Empty for all." {...state('pattern')}>
            <Input
              value={form.pattern}
              className="mono-input"
              placeholder="**/*.pdf"
              autoComplete="off"
              spellCheck={false}
              onChange={(_, data) => change({ pattern: data.value })}
            />
          </Field>
          {drive && <PatternTrial driveId={drive.id} folder={form.folder.trim().replace(/^\/+|\/+$/g, '')} pattern={form.pattern.trim()} />}
          <label className="backfill">
            <input type="checkbox" checked={form.backfill} onChange={(event) => change({ backfill: event.target.checked })} />
            <span>
              Tell of what is there already, too
              <span className="quiet block">
                Each file that matches is sent once, as one that has arrived. New files are told of in any case.
              </span>
            </span>
          </label>
          {person.isAdmin ? (
            webhooks.data?.length === 0 ? (
              <p>
                There is no webhook yet that could hear of new files.{' '}
                <Link href="/settings/webhooks" className="link">
                  Add one in the settings
                </Link>
                , then come back.
              </p>
            ) : (
              <Field label="Webhook" {...state('webhookId')}>
                <Select value={webhookId} disabled={!webhooks.data} onChange={(_, data) => change({ webhookId: data.value })}>
                  {!webhooks.data && <option value="">Loading webhooks …</option>}
                  {webhooks.data?.map((webhook) => (
                    <option key={webhook.id} value={webhook.id}>
                      {webhook.description || webhook.url}
                    </option>
                  ))}
                </Select>
              </Field>
            )
          ) : (
            <Field label="Webhook ID" required hint="Admins make webhooks; ask one for the ID." {...state('webhookId')}>
              <Input
                value={form.webhookId}
                className="mono-input"
                placeholder="whk_…"
                autoComplete="off"
                spellCheck={false}
                onChange={(_, data) => change({ webhookId: data.value })}
              />
            </Field>
          )}
        </>
      )}
    </Ask>
  );
}
