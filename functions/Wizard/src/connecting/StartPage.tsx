import { ArrowLeftRegular, ArrowRightRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useDrives } from '../drives/queries';
import { useRoles } from '../roles/queries';
import { RolePicker } from '../roles/RolePicker';
import { Button } from '../shell/controls';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useDraft } from '../shell/useDraft';
import { useTitle } from '../shell/useTitle';
import { AudienceChoice } from './AudienceChoice';
import { checkDisplayName } from './awsShapes';
import { Choice } from './Choice';
import { isOpen, useConnections, useStart } from './queries';
import { TypedField } from './TypedField';
import { stepsOf, WizardFrame } from './WizardFrame';

interface Draft {
  step: 'source' | 'access';
  audience: 'workspace' | 'organization';
  workspaceId: string;
  displayName: string;
  method: 'accessKey' | 'iamRole';
  roleId: string | null;
  access: 'readWrite' | 'readOnly';
}

/** What is asked before the connection exists: what, for whom, called what, and how we get in. */
export default function StartPage() {
  useTitle('Add data source');
  const person = usePerson();
  const [, go] = useLocation();
  const [draft, change, forget] = useDraft<Draft>('start', {
    step: 'source',
    audience: person.me.workspaces.length > 0 ? 'workspace' : 'organization',
    workspaceId: person.workspaceId ?? person.me.workspaces[0]?.id ?? '',
    displayName: '',
    method: 'iamRole',
    roleId: null,
    access: 'readWrite',
  });
  const [insist, setInsist] = useState(false);
  const drives = useDrives();
  const connections = useConnections();
  const roles = useRoles(draft.audience === 'workspace' ? draft.workspaceId : null);
  const start = useStart();

  const sameAudience = (other: { type: string; workspaceId?: string | null }) =>
    other.type === draft.audience && (draft.audience === 'organization' || other.workspaceId === draft.workspaceId);
  const taken = [...(drives.data ?? []), ...(connections.data ?? []).filter(isOpen)].filter((other) => sameAudience(other.audience)).map((other) => other.displayName);
  const verdict = checkDisplayName(draft.displayName, taken);
  const trusted = draft.roleId !== null && roles.data?.find((role) => role.id === draft.roleId)?.roleArn !== null;
  const steps = stepsOf(draft.method, trusted);
  const nameProblem = start.error?.fieldMessage('displayName') ?? (start.error?.code.includes('name') ? start.error.message : undefined);

  const submit = () => {
    if (draft.step === 'source') {
      setInsist(true);
      if (verdict.ok) change({ step: 'access' });
      return;
    }
    start.mutate(
      {
        displayName: draft.displayName.trim(),
        audience: draft.audience === 'organization' ? { type: 'organization' } : { type: 'workspace', workspaceId: draft.workspaceId },
        authentication: { method: draft.method, roleId: draft.method === 'iamRole' ? draft.roleId : null },
        access: draft.access,
        configuration: null,
        makeDefault: false,
      },
      {
        onSuccess: (connection) => {
          forget();
          void connections.refetch();
          go(`/connections/${connection.id}`, { replace: true });
        },
        onError: (problem) => {
          if (problem.fieldMessage('displayName') || problem.code.includes('name')) change({ step: 'source' });
        },
      },
    );
  };

  return (
    <WizardFrame title="Add data source" subtitle="You can stop at any point after the second step; the wizard waits for you, here and on every device." steps={steps} current={draft.step}>
      <form
        className="card stack wide"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {draft.step === 'source' ? (
          <>
            <fieldset className="choices">
              <legend>Type</legend>
              <Choice group="type" value="s3" checked name="Amazon S3" note="A general purpose bucket in your own AWS account, or one folder of it." onChoose={() => undefined} />
            </fieldset>
            <fieldset className="choices">
              <legend>Access</legend>
              <div className="choices-row">
                <Choice group="access" value="readWrite" checked={draft.access === 'readWrite'} name="Read and write" note="Files are listed, read, written and deleted." onChoose={() => change({ access: 'readWrite' })} />
                <Choice group="access" value="readOnly" checked={draft.access === 'readOnly'} name="Read only" note="Files are listed and read. Nothing is written, and no permission to write is asked for." onChoose={() => change({ access: 'readOnly' })} />
              </div>
            </fieldset>
            <AudienceChoice audience={draft.audience} workspaceId={draft.workspaceId} onChange={(next) => change({ ...next, roleId: null })} />
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
            {start.error && !nameProblem && <ProblemNotice error={start.error} />}
            <div className="wizard-actions">
              <Button appearance="primary" type="submit" icon={<ArrowRightRegular />} iconPosition="after">
                Next
              </Button>
              <Button appearance="subtle" onClick={() => go('/')}>
                Cancel
              </Button>
            </div>
          </>
        ) : (
          <>
            <fieldset className="choices">
              <legend>How do we get into your AWS account?</legend>
              <div className="choices-row">
                <Choice
                  group="method"
                  value="iamRole"
                  checked={draft.method === 'iamRole'}
                  name={
                    <>
                      IAM role <span className="pill brand-pill">Recommended</span>
                    </>
                  }
                  note="No secret changes hands. Your AWS administrator lets us assume a role, under an id that only you and we know."
                  onChoose={() => change({ method: 'iamRole' })}
                />
                <Choice
                  group="method"
                  value="accessKey"
                  checked={draft.method === 'accessKey'}
                  name="Access key"
                  note="The access key of an IAM user. Quicker to set up; the secret is kept in a vault and has to be replaced when you rotate it."
                  onChoose={() => change({ method: 'accessKey' })}
                />
              </div>
            </fieldset>
            {draft.method === 'iamRole' && (
              <RolePicker workspaceId={draft.audience === 'workspace' ? draft.workspaceId : null} organization={draft.audience === 'organization'} chosen={draft.roleId} onChoose={(roleId) => change({ roleId })} />
            )}
            {start.error && <ProblemNotice error={start.error} />}
            <div className="wizard-actions">
              <Button appearance="primary" type="submit" disabled={start.isPending} icon={<ArrowRightRegular />} iconPosition="after">
                {start.isPending ? 'Starting …' : 'Next'}
              </Button>
              <Button appearance="subtle" icon={<ArrowLeftRegular />} disabled={start.isPending} onClick={() => change({ step: 'source' })}>
                Back
              </Button>
            </div>
          </>
        )}
      </form>
    </WizardFrame>
  );
}
