import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { Session } from '../signin/session';
import { useUploadsPresent } from '../uploads/presence';
import { Button } from './controls';
import { focusHeadingOf, keepFocus } from './keepFocus';
import { Logo } from './Logo';
import { usePerson } from './person';
import { loadWhenIdle } from './whenIdle';

const loadMenu = () => import('./AccountMenu');
const AccountMenu = lazy(loadMenu);
const UploadDock = lazy(() => import('../uploads/UploadDock'));

interface Props {
  session: Extract<Session, { name: string }>;
  children: ReactNode;
}

export function Frame({ session, children }: Props) {
  const { me } = usePerson();
  const uploading = useUploadsPresent();
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const [account, setAccount] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  // Menus are a large part of the code and nobody opens one in the first second.
  useEffect(() => loadWhenIdle(loadMenu), []);
  const page = path.split('/').slice(0, 3).join('/');
  const first = useRef(true);
  useEffect(keepFocus, []);
  useEffect(() => {
    // A new page begins where its heading is, for eyes, keyboards and screen readers alike.
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo({ top: 0 });
    return main.current ? focusHeadingOf(main.current) : undefined;
  }, [page]);
  const here = (prefix: string) => (prefix === '/' ? !path.startsWith('/settings') : path.startsWith(prefix));
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <div className="top-inner">
          <Link href="/" className="brand" aria-label="ServerlessDrives, your drives">
            <Logo />
            <span className="brand-name">ServerlessDrives</span>
          </Link>
          <nav aria-label="Main" className="top-nav">
            <Link href="/" aria-current={here('/') ? 'page' : undefined} data-name="Drives">
              Drives
            </Link>
            <Link href="/settings" aria-current={here('/settings') ? 'page' : undefined} data-name="Settings">
              Settings
            </Link>
          </nav>
          <Button
            ref={setAccount}
            appearance="subtle"
            className="person"
            aria-haspopup="menu"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <span className="initials" aria-hidden="true">
              {initials(session.name)}
            </span>
            <span className="person-name">
              <span>{session.name}</span>
              <small>{me.organization.name ?? (me.role === 'admin' ? 'Admin' : 'Member')}</small>
            </span>
            <span className="visually-hidden">, account and appearance</span>
          </Button>
          {open && account && (
            <Suspense>
              <AccountMenu
                button={account}
                onClose={() => {
                  setOpen(false);
                  account.focus();
                }}
              />
            </Suspense>
          )}
        </div>
      </header>
      <main id="content" ref={main} tabIndex={-1} className="content">
        {children}
      </main>
      {uploading && (
        <Suspense>
          <UploadDock />
        </Suspense>
      )}
    </>
  );
}

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
