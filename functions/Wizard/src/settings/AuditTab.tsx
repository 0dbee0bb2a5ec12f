import { useState } from 'react';
import type { AuditEntry } from '../api/contract';
import { usePages } from '../api/usePages';
import { useConnections } from '../connecting/queries';
import { useDrives } from '../drives/queries';
import { useWebhooks } from '../integrations/queries';
import { webhookName } from '../integrations/webhookName';
import { useRoles } from '../roles/queries';
import { Button, Field, Input } from '../shell/controls';
import { formatDateTime } from '../shell/format';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { usePeople, UserInput } from '../shell/people';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { actorsOf } from '../shell/whoIs';
import { actionWords, actorName, resourceName } from './auditWords';

const nothing = { actor: '', resource: '', from: '' };

/** Who did what, the newest first. */
export default function AuditTab() {
  const person = usePerson();
  const people = usePeople();
  const [form, setForm] = useState(nothing);
  const [filter, setFilter] = useState(nothing);
  const [open, setOpen] = useState<string | null>(null);
  const params = new URLSearchParams([
    ...(filter.actor === '' ? [] : actorsOf(filter.actor, people).map((actor) => ['actor', actor])),
    ...(filter.resource === '' ? [] : [['about', filter.resource]]),
    ...(filter.from === '' ? [] : [['from', new Date(`${filter.from}T00:00`).toISOString()]]),
  ]);
  const query = usePages<AuditEntry>(['audit', params.toString()], `/api/audit${params.size > 0 ? `?${params}` : ''}`);
  const filtered = params.size > 0;
  const [drives, connections, webhooks, roles] = [useDrives(), useConnections(), useWebhooks(true), useRoles(null)];
  const nameOf = (id: string) =>
    drives.data?.find((drive) => drive.id === id)?.displayName ??
    connections.data?.find((connection) => connection.id === id)?.displayName ??
    webhookName(webhooks.data?.find((webhook) => webhook.id === id)) ??
    roles.data?.find((role) => role.id === id)?.displayName ??
    person.workspaceName(id);
  return (
    <section className="card stack" aria-labelledby="audit-title">
      <h2 id="audit-title" className="section-title">
        Audit trail
      </h2>
      <form
        className="inline-form"
        role="search"
        aria-label="Audit trail"
        onSubmit={(event) => {
          event.preventDefault();
          setFilter({ ...form, actor: form.actor.trim(), resource: form.resource.trim() });
        }}
      >
        <Field label="Who" className="grow">
          <UserInput
            people={people}
            value={form.actor}
            placeholder="Name or e-mail address, or a part of it"
            onChange={(_, data) => setForm({ ...form, actor: data.value })}
          />
        </Field>
        <Field label="What" className="grow">
          <Input
            value={form.resource}
            placeholder="Name or ID, or a part of it"
            autoComplete="off"
            spellCheck={false}
            onChange={(_, data) => setForm({ ...form, resource: data.value })}
          />
        </Field>
        <Field label="Since">
          <Input type="date" value={form.from} onChange={(_, data) => setForm({ ...form, from: data.value })} />
        </Field>
        <Button type="submit">Filter</Button>
        {filtered && (
          <Button appearance="subtle" onClick={() => (setForm(nothing), setFilter(nothing))}>
            Show all
          </Button>
        )}
      </form>
      {query.error && !query.data && <ProblemNotice error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading what="the audit trail" lines={5} height={44} />}
      {query.data?.length === 0 && !query.hasNextPage && (
        <p className="none">{filtered ? 'Nothing matches.' : 'Nothing has happened yet.'}</p>
      )}
      {query.data && query.data.length > 0 && (
        <ul className="setting-list" aria-label="Audit trail">
          {query.data.map((entry) => {
            const details = entry.before !== null || entry.after !== null;
            return (
              <li key={entry.id} className="audit">
                <time dateTime={entry.at} className="quiet">
                  {formatDateTime(entry.at)}
                </time>
                <div className="stack tight">
                  <p>
                    <strong>{actorName(entry)}</strong> {actionWords(entry)} <strong>{resourceName(entry, nameOf)}</strong>
                  </p>
                  <p className="mono quiet">
                    {entry.action} · {entry.resource}
                  </p>
                  {open === entry.id && (
                    <div className="audit-details">
                      {entry.before && <Details title="Before" value={entry.before} />}
                      {entry.after && <Details title="After" value={entry.after} />}
                    </div>
                  )}
                </div>
                {details && (
                  <Button
                    size="small"
                    appearance="subtle"
                    aria-expanded={open === entry.id}
                    aria-label={`Details of ${entry.action} of ${entry.resource}`}
                    onClick={() => setOpen(open === entry.id ? null : entry.id)}
                  >
                    {open === entry.id ? 'Hide' : 'Details'}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <More query={query} what="entries" />
    </section>
  );
}

const Details = ({ title, value }: { title: string; value: unknown }) => (
  <div className="stack tight">
    <span className="quiet">{title}</span>
    <pre className="code-block" tabIndex={0} aria-label={title}>
      {JSON.stringify(value, null, 2)}
    </pre>
  </div>
);
