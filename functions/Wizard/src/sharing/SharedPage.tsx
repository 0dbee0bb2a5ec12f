import { ArrowDownloadRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { Button, Field, Input } from '../shell/controls';
import { formatDateTime, formatSize } from '../shell/format';
import { Loading } from '../shell/Loading';
import { Logo } from '../shell/Logo';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { useTitle } from '../shell/useTitle';
import { useDownloadShared, useSharedFile } from './queries';
import './sharing.css';

/** For whoever was sent a link to a file: what it is, and the download. */
export default function SharedPage({ token }: { token: string }) {
  const query = useSharedFile(token);
  const download = useDownloadShared(token);
  const [password, setPassword] = useState('');
  const file = query.data;
  useTitle(file ? shown(file.name) : 'A shared file');
  const wrong = download.error?.code === 'wrong-password';
  return (
    <main className="shared">
      <header className="shared-head">
        <Logo />
        <span>ServerlessDrives</span>
      </header>
      {query.isPending && <Loading what="the shared file" lines={2} height={60} />}
      {query.error && !file && (
        <>
          <h1 className="title">This link can’t be used</h1>
          <ProblemNotice error={query.error} {...(query.error.passing ? { retry: () => void query.refetch() } : {})} />
        </>
      )}
      {file && (
        <section className="card stack">
          <div className="stack tight">
            <h1 className="title shared-name">{shown(file.name)}</h1>
            <p className="quiet">
              {file.size !== null && `${formatSize(file.size)} · `}The link works until {formatDateTime(file.expiresAt)}
              {file.once && ', for one download'}.
            </p>
          </div>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              download.mutate(password);
            }}
          >
            {file.needsPassword && (
              <Field
                label="Password"
                hint="Whoever sent you the link knows it. Ten wrong ones end the link."
                validationState={wrong ? 'error' : 'none'}
                validationMessage={wrong ? 'This isn’t the password of this file.' : undefined}
              >
                <Input
                  type="password"
                  name="password"
                  value={password}
                  maxLength={200}
                  autoComplete="off"
                  onChange={(_, data) => setPassword(data.value)}
                />
              </Field>
            )}
            {download.error && !wrong && <ProblemNotice error={download.error} />}
            <div>
              <Button
                appearance="primary"
                type="submit"
                icon={<ArrowDownloadRegular />}
                disabled={download.isPending || (file.needsPassword && password === '')}
              >
                {download.isPending ? 'Asking for the file …' : 'Download'}
              </Button>
            </div>
            <p role="status">
              {download.isSuccess && 'The download has begun. Open the file only if you trust whoever sent you the link.'}
            </p>
          </form>
        </section>
      )}
    </main>
  );
}
