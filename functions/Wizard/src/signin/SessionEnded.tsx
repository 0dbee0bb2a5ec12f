import Ask from '../shell/Ask';
import { signIn, signOut } from './session';

/** The token ran out while the page was open. */
export default function SessionEnded() {
  return (
    <Ask title="Your session has ended" act="Sign in again" close="Sign out" onAct={() => void signIn()} onClose={() => void signOut()}>
      <p>Sign in again and you come back to this page. What you saved is kept, and so is what you typed here, except for secrets.</p>
    </Ask>
  );
}
