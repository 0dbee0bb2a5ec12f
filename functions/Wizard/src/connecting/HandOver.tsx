import { MailRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { CallbackStep, Connection } from '../api/contract';
import Ask from '../shell/Ask';
import { Button, Field, Input, Select } from '../shell/controls';
import { CopyButton } from '../shell/CopyButton';
import { formatDateTime } from '../shell/format';
import { useNotice } from '../shell/notices';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useCallbackLink, useRevokeLinks } from './queries';

const subjects: Record<CallbackStep, string> = {
  'trust-policy': 'the AWS trust policy',
  'bucket-policy': 'the AWS role and bucket policy',
  all: 'a role and policies in AWS',
};

/** Makes a link with which somebody without an account can finish this one step, or all that has to be applied. */
export default function HandOver({ connection, step, onClose }: { connection: Connection; step: CallbackStep; onClose: () => void }) {
  const make = useCallbackLink(connection.id);
  const revoke = useRevokeLinks(connection.id);
  const notice = useNotice();
  const [hours, setHours] = useState('72');
  const link = make.data;
  if (!link)
    return (
      <Ask
        title="Hand over to your AWS administrator"
        act="Make the link"
        acting="Making the link …"
        busy={make.isPending}
        error={make.error}
        onClose={onClose}
        onAct={() => make.mutate({ step, expiresInHours: Number(hours) })}
      >
        <p>
          You get a link to send. Whoever opens it sees what to apply in AWS and confirms it there, without an account here. The link shows{' '}
          {step === 'all' ? 'everything to apply' : 'this one step'}, who asks and what came of it.
        </p>
        <Field label="The link works for">
          <Select value={hours} onChange={(_, data) => setHours(data.value)}>
            <option value="24">1 day</option>
            <option value="72">3 days</option>
            <option value="168">7 days</option>
          </Select>
        </Field>
        <p className="quiet">
          Sent one to the wrong person?{' '}
          <Button
            size="small"
            disabled={revoke.isPending}
            onClick={() => revoke.mutate(undefined, { onSuccess: () => notice('All links of this connection were revoked.') })}
          >
            {revoke.isPending ? 'Revoking …' : 'Revoke all links'}
          </Button>
        </p>
        {revoke.error && <ProblemNotice error={revoke.error} />}
      </Ask>
    );

  const url = new URL(link.url, location.origin).href;
  const subject = `Please apply ${subjects[step]} for ${connection.displayName}`;
  const body = `Hello,\n\nplease open this link. It shows what to apply in AWS, step by step, and takes your confirmation. You need no account.\n\n${url}\n\nThe link works until ${formatDateTime(link.expiresAt)}.\n`;
  return (
    <Ask title="Send this link" act={null} close="Done" onClose={onClose}>
      <p>Send it to your AWS administrator only: whoever has it can confirm the step. It works until {formatDateTime(link.expiresAt)}.</p>
      <Field label="Callback link">
        <Input readOnly value={url} onFocus={(event) => event.target.select()} />
      </Field>
      <div className="row">
        <CopyButton text={url} what="the callback link" label="Copy link" appearance="primary" size="medium" />
        <Button as="a" icon={<MailRegular />} href={`mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`}>
          Write an e-mail
        </Button>
      </div>
      <p className="quiet">This page goes on by itself when they have confirmed.</p>
    </Ask>
  );
}
