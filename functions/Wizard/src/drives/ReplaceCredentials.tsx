import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';
import type { Drive, PendingCredentials, VerificationReport } from '../api/contract';
import type { Problem } from '../api/problem';
import { checkAccessKeyId, checkSecret } from '../connecting/awsShapes';
import { TypedField } from '../connecting/TypedField';
import Ask from '../shell/Ask';
import { CopyButton } from '../shell/CopyButton';
import { MessageBar } from '../shell/MessageBar';
import { useNotice } from '../shell/notices';
import { CheckList } from './CheckList';
import { useForgetDrives } from './queries';
import { reportAsMarkdown } from './reportAsMarkdown';

/** A new access key for a drive: proven first, and only then the old one goes. */
export default function ReplaceCredentials({ drive, onClose }: { drive: Drive; onClose: () => void }) {
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secret, setSecret] = useState('');
  const [insist, setInsist] = useState(false);
  const forget = useForgetDrives();
  const notice = useNotice();
  const save = useMutation<Drive | PendingCredentials, Problem, void>({
    mutationFn: () =>
      call(`/api/drives/${drive.id}/credentials`, {
        method: 'PATCH',
        timeout: 200_000,
        body: { accessKeyId: accessKeyId.trim(), secretAccessKey: secret.trim() },
      }),
    onSuccess: (answer) => {
      setSecret('');
      forget();
      notice(
        'id' in answer
          ? `${drive.displayName} uses the new access key now.`
          : 'The new key is still being verified. The old one counts until it has passed.',
      );
      onClose();
    },
  });
  const verdicts = { id: checkAccessKeyId(accessKeyId), secret: checkSecret(secret) };
  const report = save.error?.body['verification'] as VerificationReport | undefined;
  const failed = report?.checks.filter((check) => check.status === 'failed') ?? [];
  const fields = save.error ? Object.keys(save.error.errors).length > 0 : false;
  return (
    <Ask
      title="Modify configuration"
      act="Verify and replace"
      acting="Verifying the new key …"
      busy={save.isPending}
      error={save.error && !report && !fields ? save.error : null}
      onClose={onClose}
      onAct={() => {
        setInsist(true);
        if (verdicts.id.ok && verdicts.secret.ok) save.mutate();
      }}
    >
      <p>
        The new key is verified with every check before it replaces the old one. If it fails, nothing changes and the drive goes on with the
        old one.
      </p>
      <TypedField
        label="New access key ID"
        name="accessKeyId"
        mono
        required
        value={accessKeyId}
        verdict={verdicts.id}
        insist={insist}
        refused={save.error?.fieldMessage('accessKeyId')}
        placeholder="AKIA…"
        onType={setAccessKeyId}
      />
      <TypedField
        label="New secret access key"
        name="secretAccessKey"
        type="password"
        required
        value={secret}
        verdict={verdicts.secret}
        insist={insist}
        refused={save.error?.fieldMessage('secretAccessKey')}
        hint="Goes to the vault and is never shown again."
        autoComplete="new-password"
        onType={setSecret}
      />
      {report && (
        <div className="stack">
          <MessageBar intent="error" title="The new key doesn’t work">
            {failed.length} {failed.length === 1 ? 'check' : 'checks'} failed. Nothing was changed.
          </MessageBar>
          <CheckList checks={failed} />
          <div>
            <CopyButton
              text={reportAsMarkdown(report, drive.displayName)}
              what="the report as Markdown"
              label="Copy as Markdown"
              appearance="secondary"
            />
          </div>
        </div>
      )}
    </Ask>
  );
}
