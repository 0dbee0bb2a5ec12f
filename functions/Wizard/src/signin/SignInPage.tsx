import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useState } from 'react';
import { Logo } from '../shell/Logo';
import { useTitle } from '../shell/useTitle';
import { signIn } from './session';
import './signin.css';

export function SignInPage({ problem }: { problem: string | undefined }) {
  useTitle('Sign in');
  const [leaving, setLeaving] = useState(false);
  return (
    <main className="welcome">
      <div className="welcome-card">
        <Logo size={56} />
        <h1>ServerlessDrives</h1>
        <p className="lead">Connect your Amazon S3 buckets as drives, and know that they work: every permission is proven before a drive exists.</p>
        {problem && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>Signing in didn’t work: {problem} Try again.</MessageBarBody>
          </MessageBar>
        )}
        <Button
          appearance="primary"
          size="large"
          disabled={leaving}
          onClick={() => {
            setLeaving(true);
            void signIn().finally(() => setLeaving(false));
          }}
        >
          {leaving ? 'Going to sign-in …' : 'Sign in'}
        </Button>
        <p className="welcome-note">You are an AWS administrator who was sent a link? Open that link; you need no account.</p>
      </div>
    </main>
  );
}
