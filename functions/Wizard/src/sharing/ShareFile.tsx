import { useState } from 'react';
import type { Drive, Share } from '../api/contract';
import { nameOf } from '../files/paths';
import Ask from '../shell/Ask';
import { Code } from '../shell/Code';
import { Button, Field, Input, Select } from '../shell/controls';
import { formatDateTime } from '../shell/format';
import { More } from '../shell/More';
import { UserName } from '../shell/people';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { useMakeShare, useRevokeShare, useShares } from './queries';
import './sharing.css';

const lives = [
  { hours: 1, words: 'In an hour' },
  { hours: 24, words: 'In a day' },
  { hours: 168, words: 'In a week' },
  { hours: 720, words: 'In 30 days' },
];

const words: Record<Share['status'], string> = {
  open: 'Open',
  used: 'Used',
  locked: 'Locked after wrong passwords',
  revoked: 'Revoked',
  moved: 'File moved to another drive',
  expired: 'Expired',
};

/** A link to one file for somebody without an account, and the links that there are. */
export default function ShareFile({ drive, path, onClose }: { drive: Drive; path: string; onClose: () => void }) {
  const person = usePerson();
  const make = useMakeShare(drive.id);
  const revoke = useRevokeShare(drive.id);
  const shares = useShares(drive.id, path);
  const [hours, setHours] = useState(168);
  const [once, setOnce] = useState(false);
  const [password, setPassword] = useState('');
  const { data: made } = make;
  const tooShort = password !== '' && password.length < 8;
  const { workspaceId } = drive.audience;
  const manages = workspaceId ? person.mayManage(workspaceId) : person.isAdmin;
  return (
    <Ask
      title={`Share ${shown(nameOf(path))}`}
      act={made ? null : 'Make a link'}
      acting="Making the link …"
      close={made ? 'Done' : 'Close'}
      wide
      busy={make.isPending}
      disabled={tooShort}
      error={make.error}
      onAct={() => make.mutate({ path, expiresInHours: hours, once, password: password === '' ? null : password })}
      onClose={onClose}
    >
      {made ? (
        <>
          <Code title="Link" what="the link" text={made.url} />
          <p>
            Copy it now: it isn’t shown again. Whoever has it can download the file{made.once && ', once,'} until{' '}
            {formatDateTime(made.expiresAt)}, or until it is revoked.
            {made.needsPassword && ' Send the password by another way than the link.'}
          </p>
        </>
      ) : (
        <>
          <p>Whoever has the link can download this file without an account. It also ends with the drive, and with your right to use it.</p>
          <Field label="The link expires">
            <Select name="expires" value={String(hours)} onChange={(_, data) => setHours(Number(data.value))}>
              {lives.map((life) => (
                <option key={life.hours} value={life.hours}>
                  {life.words}
                </option>
              ))}
            </Select>
          </Field>
          <Field
            label="Password (optional)"
            hint="8 characters or more. Ten wrong ones end the link."
            validationState={tooShort ? 'warning' : 'none'}
            validationMessage={tooShort ? 'It is too short.' : undefined}
          >
            <Input
              type="password"
              name="share-password"
              value={password}
              maxLength={200}
              autoComplete="new-password"
              onChange={(_, data) => setPassword(data.value)}
            />
          </Field>
          <label>
            <input type="checkbox" name="once" checked={once} onChange={(event) => setOnce(event.target.checked)} /> Only one download
          </label>
        </>
      )}
      {shares.error && <ProblemNotice error={shares.error} retry={() => void shares.refetch()} />}
      {revoke.error && <ProblemNotice error={revoke.error} />}
      {shares.data && shares.data.length > 0 && (
        <section className="stack tight" aria-labelledby="shares-title">
          <h3 id="shares-title" className="section-title">
            Links to this file
          </h3>
          <ul className="shares" aria-label="Links to this file">
            {shares.data.map((share) => (
              <li key={share.id} className="share">
                <p>
                  <span className={`pill ${share.status === 'open' ? 'brand-pill' : ''}`}>{words[share.status]}</span> until{' '}
                  {formatDateTime(share.expiresAt)}
                  <span className="quiet block">
                    By <UserName id={share.createdBy} /> · {share.uses === 1 ? '1 download' : `${share.uses} downloads`}
                    {share.once && ' · for one download'}
                    {share.needsPassword && ' · with a password'}
                  </span>
                </p>
                {share.status === 'open' && (manages || share.createdBy === person.me.user.id) && (
                  <Button
                    size="small"
                    disabled={revoke.isPending}
                    aria-label={`Revoke the link of ${formatDateTime(share.createdAt)}`}
                    onClick={() => revoke.mutate(share.id)}
                  >
                    Revoke
                  </Button>
                )}
              </li>
            ))}
          </ul>
          <More query={shares} what="links" />
        </section>
      )}
    </Ask>
  );
}
