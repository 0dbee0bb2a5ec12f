import { Checkbox } from '@fluentui/react-components';
import { useState } from 'react';
import Ask from '../shell/Ask';
import { Code } from '../shell/Code';
import { Field, Input } from '../shell/controls';
import { useCreateWebhook } from './queries';

/** The events that can be asked for, and what they say. */
const known: [type: string, says: string][] = [
  ['connection.step-opened', 'A connection waits for somebody'],
  ['connection.connected', 'A drive was connected'],
  ['connection.expired', 'A connection expired'],
  ['drive.health-changed', 'A drive’s health changed'],
  ['drive.removed', 'A drive was removed'],
  ['default-drive.changed', 'A default drive changed'],
  ['file.arrived', 'A new file arrived'],
  ['output.stored', 'An output was stored'],
  ['webhook.disabled', 'A webhook was given up'],
];

export function NewWebhook({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState({ url: '', description: '', events: [] as string[] });
  const create = useCreateWebhook();
  const change = (next: Partial<typeof form>) => setForm((now) => ({ ...now, ...next }));
  const urlProblem = create.error?.fieldMessage('url');
  if (create.data)
    return (
      <Ask title="Keep the signing secret" act={null} close="I have kept it" onClose={onClose}>
        <p>The receiver checks with it that an event comes from us. It is shown this once and never again.</p>
        <Code title="Signing secret" what="the signing secret" text={create.data.signingSecret ?? ''} />
        <p className="quiet">
          Webhook ID: <span className="mono">{create.data.id}</span>
        </p>
      </Ask>
    );
  return (
    <Ask
      title="Add webhook"
      act="Add"
      acting="Adding …"
      busy={create.isPending}
      disabled={form.url.trim() === ''}
      error={create.error && Object.keys(create.error.errors).length === 0 ? create.error : null}
      onClose={onClose}
      onAct={() =>
        create.mutate({
          url: form.url.trim(),
          events: form.events,
          ...(form.description.trim() ? { description: form.description.trim() } : {}),
        })
      }
    >
      <Field
        label="Address"
        required
        hint="An https address that the internet can reach."
        validationState={urlProblem ? 'error' : 'none'}
        validationMessage={urlProblem}
      >
        <Input
          type="url"
          value={form.url}
          className="mono-input"
          placeholder="https://example.com/events"
          autoComplete="off"
          spellCheck={false}
          onChange={(_, data) => change({ url: data.value })}
        />
      </Field>
      <Field
        label="Description"
        hint="What people see in lists."
        validationState={create.error?.fieldMessage('description') ? 'error' : 'none'}
        validationMessage={create.error?.fieldMessage('description')}
      >
        <Input value={form.description} maxLength={200} autoComplete="off" onChange={(_, data) => change({ description: data.value })} />
      </Field>
      <fieldset className="events">
        <legend>Events (leave all unticked to get every event)</legend>
        {known.map(([type, says]) => (
          <Checkbox
            key={type}
            label={says}
            checked={form.events.includes(type)}
            onChange={(_, data) =>
              change({ events: data.checked === true ? [...form.events, type] : form.events.filter((other) => other !== type) })
            }
          />
        ))}
      </fieldset>
    </Ask>
  );
}
