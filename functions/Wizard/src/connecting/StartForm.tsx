import { ArrowLeftRegular, ArrowRightRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { Connection, ConnectionStart, DriveAccess } from '../api/contract';
import { useDrives } from '../drives/queries';
import { useRoles } from '../roles/queries';
import { RolePicker } from '../roles/RolePicker';
import { Button } from '../shell/controls';
import { MessageBar } from '../shell/MessageBar';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useDraft } from '../shell/useDraft';
import { AudienceChoice } from './AudienceChoice';
import { checkDisplayName } from './awsShapes';
import { MethodChoice } from './MethodChoice';
import { RoleOptions } from './RoleOptions';
import { Choice } from './Choice';
import { isOpen, useConnections, useRestart, useStart } from './queries';
import { SandboxButton } from './SandboxButton';
import { TypedField } from './TypedField';
import { rememberConnection } from './visit';
import { stepsOf, WizardFrame } from './WizardFrame';

interface Draft {
  audience: 'workspace' | 'organization';
  workspaceId: string;
  displayName: string;
  method: 'accessKey' | 'iamRole';
  roleId: string | null;
  access: DriveAccess;
  /** Of a new role, where the app is set up for several; empty until it is asked for. */
  partition: string;
  sessionTags: boolean;
}

interface Props {
  visit: string;
  /** The connection that these answers led to and that another answer replaces. */
  before: Connection | null;
}

/** What, for whom, called what, and how we get in. */
export function StartForm({ visit, before }: Props) {
  const person = usePerson();
  const [, go] = useLocation();
  const [search] = useSearchParams();
  const initial: Draft = before
    ? answersOf(before)
    : {
        audience: person.me.workspaces.length > 0 ? 'workspace' : 'organization',
        workspaceId: person.workspaceId ?? person.me.workspaces[0]?.id ?? '',
        displayName: '',
        method: 'iamRole',
        roleId: null,
        access: 'readWrite',
        partition: '',
        sessionTags: false,
      };
  const [draft, change, forget] = useDraft<Draft>(before ? `start:${before.id}` : 'start', initial);
  const [insist, setInsist] = useState(false);
  const drives = useDrives();
  const connections = useConnections();
  const roles = useRoles(draft.audience === 'workspace' ? draft.workspaceId : null);
  const start = useStart();
  const restart = useRestart(before);
  const act = before ? restart : start;

  const others = [...(drives.data ?? []), ...(connections.data ?? []).filter((other) => isOpen(other) && other.id !== before?.id)];
  const taken = others.filter(
    (other) =>
      other.audience.type === draft.audience && (draft.audience === 'organization' || other.audience.workspaceId === draft.workspaceId),
  );
  const verdict = checkDisplayName(
    draft.displayName,
    taken.map((other) => other.displayName),
  );
  const trusted = draft.roleId !== null && roles.data?.find((role) => role.id === draft.roleId)?.roleArn != null;
  // A reload finds what was typed, and the step with it; the second one can't be had without the first.
  const step = search.get('step') === 'access' && verdict.ok ? 'access' : 'source';
  const nameProblem = act.error?.fieldMessage('displayName') ?? (act.error?.code.includes('name') ? act.error.message : undefined);
  const isNewRole = draft.method === 'iamRole' && draft.roleId === null;
  const partitions = act.error?.body['partitions'] as string[] | undefined;
  const unchanged = before !== null && JSON.stringify(draft) === JSON.stringify(initial);
  const address = (next: 'source' | 'access') =>
    `/connect?${new URLSearchParams({ step: next, ...(before ? { connection: before.id } : {}) })}`;

  const submit = () => {
    if (step === 'source') {
      setInsist(true);
      if (verdict.ok) go(address('access'), { state: { visit } });
      return;
    }
    if (unchanged) {
      go(`/connections/${before.id}`);
      return;
    }
    const wanted: ConnectionStart = {
      displayName: draft.displayName.trim(),
      audience: draft.audience === 'organization' ? { type: 'organization' } : { type: 'workspace', workspaceId: draft.workspaceId },
      authentication: {
        method: draft.method,
        roleId: draft.method === 'iamRole' ? draft.roleId : null,
        partition: isNewRole ? draft.partition || null : null,
        sessionTags: isNewRole && draft.sessionTags ? true : null,
      },
      access: draft.access,
      configuration: null,
      makeDefault: false,
    };
    act.mutate(wanted, {
      onSuccess: (connection) => {
        forget();
        void connections.refetch();
        rememberConnection(visit, connection.id);
        go(`/connections/${connection.id}`);
      },
      onError: (problem) => {
        if (problem.fieldMessage('displayName') || problem.code.includes('name')) go(address('source'), { state: { visit } });
      },
    });
  };

  return (
    <WizardFrame
      title="Add data source"
      subtitle="You can stop at any point after the second step; the wizard waits for you, here and on every device."
      steps={stepsOf(draft.method, trusted)}
      current={step}
      hrefOf={(other) => (other === 'source' ? address(other) : other === 'access' && verdict.ok ? address(other) : null)}
    >
      <form
        className="card stack wide"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <h2 className="section-title">{step === 'source' ? 'What shall be connected, and for whom?' : 'Access to AWS'}</h2>
        {before && (
          <MessageBar intent="warning">
            {before.displayName} is being connected already, and nothing has been applied for it. Another answer here begins it anew
            {before.authentication.method === 'iamRole' ? ', with another external ID' : ''}.
          </MessageBar>
        )}
        {step === 'source' ? (
          <>
            <fieldset className="choices">
              <legend>Type</legend>
              <Choice
                group="type"
                value="s3"
                checked
                name="Amazon S3"
                note="A general purpose bucket in your own AWS account, or one folder of it."
                onChoose={() => undefined}
              />
            </fieldset>
            <fieldset className="choices">
              <legend>Access</legend>
              <div className="choices-row">
                <Choice
                  group="access"
                  value="readWrite"
                  checked={draft.access === 'readWrite'}
                  name="Read and write"
                  note="Files are listed, read, written and deleted."
                  onChoose={() => change({ access: 'readWrite' })}
                />
                <Choice
                  group="access"
                  value="readOnly"
                  checked={draft.access === 'readOnly'}
                  name="Read only"
                  note="Files are listed and read. Nothing is written, and no permission to write is asked for."
                  onChoose={() => change({ access: 'readOnly' })}
                />
              </div>
            </fieldset>
            <AudienceChoice
              audience={draft.audience}
              workspaceId={draft.workspaceId}
              onChange={(next) => change({ ...next, roleId: null })}
            />
            <TypedField
              label="Display name"
              name="displayName"
              hint="What people will see. It can’t be changed later, so choose a name that stays true."
              value={draft.displayName}
              verdict={verdict}
              insist={insist || (draft.displayName !== '' && !verdict.ok)}
              refused={nameProblem}
              required
              onType={(displayName) => change({ displayName })}
            />
            {act.error && !nameProblem && <ProblemNotice error={act.error} />}
            <div className="wizard-actions">
              <Button appearance="primary" type="submit" icon={<ArrowRightRegular />} iconPosition="after">
                Next
              </Button>
              <Button appearance="subtle" onClick={() => go('/')}>
                Cancel
              </Button>
            </div>
            {before === null && <SandboxButton />}
          </>
        ) : (
          <>
            <MethodChoice method={draft.method} onChange={(method) => change({ method })} />
            {draft.method === 'iamRole' && (
              <RolePicker
                workspaceId={draft.audience === 'workspace' ? draft.workspaceId : null}
                organization={draft.audience === 'organization'}
                chosen={draft.roleId}
                onChoose={(roleId) => change({ roleId })}
              />
            )}
            {isNewRole && (
              <RoleOptions partitions={partitions} partition={draft.partition} sessionTags={draft.sessionTags} onChange={change} />
            )}
            {act.error && !(partitions && draft.partition === '') && <ProblemNotice error={act.error} />}
            <div className="wizard-actions">
              <Button appearance="primary" type="submit" disabled={act.isPending} icon={<ArrowRightRegular />} iconPosition="after">
                {act.isPending ? 'Starting …' : 'Next'}
              </Button>
              <Button appearance="subtle" icon={<ArrowLeftRegular />} disabled={act.isPending} onClick={() => history.back()}>
                Back
              </Button>
            </div>
          </>
        )}
      </form>
    </WizardFrame>
  );
}

/** What was answered for a connection that exists. */
const answersOf = ({ audience, displayName, authentication, access }: Connection): Draft => ({
  audience: audience.type,
  workspaceId: audience.workspaceId ?? '',
  displayName,
  method: authentication.method,
  roleId: authentication.roleArn ? (authentication.roleId ?? null) : null,
  access,
  partition: authentication.partition ?? '',
  sessionTags: authentication.sessionTags,
});
