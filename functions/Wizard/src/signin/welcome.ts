import { signIn, type Session } from './session';
import './signin.css';

const page = document.getElementById('welcome')!;
const problem = document.getElementById('sign-in-problem')!;
const button = document.getElementById('sign-in') as HTMLButtonElement;

/** Shows the page for those who aren't signed in, and hides it from everybody else. It is in index.html, so that it is there before the app's code. */
export function welcome(session: Session): void {
  page.hidden = session.state !== 'out';
  if (session.state !== 'out') return;
  document.title = 'Sign in · ServerlessDrives';
  problem.hidden = session.problem === undefined;
  problem.textContent = session.problem === undefined ? '' : `Signing in didn’t work: ${session.problem} Try again.`;
}

button.addEventListener('click', () => {
  leaving(true);
  void signIn().finally(() => leaving(false));
});

function leaving(now: boolean): void {
  button.disabled = now;
  button.textContent = now ? 'Going to sign-in …' : 'Sign in';
}
