import { Checkbox } from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/client';
import type { Drive } from '../api/contract';
import type { Problem } from '../api/problem';
import Ask from '../shell/Ask';
import { Field, Input } from '../shell/controls';
import { useNotice } from '../shell/notices';
import { useForgetDrives } from './queries';

/** Removes a drive once its name has been typed again. */
export default function RemoveDrive({ drive, onClose }: { drive: Drive; onClose: () => void }) {
  const [confirmation, setConfirmation] = useState('');
  const [force, setForce] = useState(false);
  const forget = useForgetDrives();
  const notice = useNotice();
  const [, go] = useLocation();
  const remove = useMutation<unknown, Problem, void>({
    mutationFn: () => call(`/api/drives/${drive.id}`, { method: 'DELETE', body: { confirmation, force } }),
    onSuccess: () => {
      forget();
      notice(`Removed ${drive.displayName}. The files on ${drive.bucket} stay.`);
      go('/');
    },
  });
  const holders = remove.error?.code === 'drive-in-use' ? (remove.error.body.usedBy ?? []) : [];
  return (
    <Ask
      title={`Remove ${drive.displayName}?`}
      act="Remove the drive"
      acting="Removing …"
      danger
      busy={remove.isPending}
      disabled={confirmation !== drive.displayName || (holders.length > 0 && !force)}
      error={remove.error && holders.length === 0 ? remove.error : null}
      onAct={() => remove.mutate()}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>
          The files on <span className="mono">{drive.bucket}</span> stay where they are.
        </li>
        <li>References to its files stop working for good, also if the same bucket is connected again.</li>
        <li>
          {drive.authentication.method === 'accessKey'
            ? 'The secret is deleted from the vault.'
            : 'The policies in AWS stay until your AWS administrator removes them.'}
        </li>
      </ul>
      {holders.length > 0 && (
        <div className="stack tight" role="alert">
          <p>
            <strong>Integrations use this drive:</strong> {new Intl.ListFormat().format(holders.map((holder) => holder.displayName))}.
          </p>
          <Checkbox checked={force} onChange={(_, data) => setForce(data.checked === true)} label="Remove them with it" />
        </div>
      )}
      <Field
        label={`Type “${drive.displayName}” to say that you mean it`}
        validationState={remove.error?.fieldMessage('confirmation') ? 'error' : 'none'}
        validationMessage={remove.error?.fieldMessage('confirmation')}
      >
        <Input value={confirmation} autoComplete="off" spellCheck={false} onChange={(_, data) => setConfirmation(data.value)} />
      </Field>
    </Ask>
  );
}
