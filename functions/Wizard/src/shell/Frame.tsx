import { Button, Menu, MenuDivider, MenuItem, MenuItemRadio, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { SignOutRegular } from '@fluentui/react-icons';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { signOut, type Session } from '../signin/session';
import { Logo } from './Logo';
import { usePerson } from './person';
import type { ThemeChoice, useTheme } from './theme';

interface Props {
  session: Extract<Session, { name: string }>;
  theme: ReturnType<typeof useTheme>;
  children: ReactNode;
}

export function Frame({ session, theme, children }: Props) {
  const { me } = usePerson();
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const page = path.split('/').slice(0, 3).join('/');
  const first = useRef(true);
  useEffect(() => {
    // A new page begins where its heading is, for eyes, keyboards and screen readers alike.
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo({ top: 0 });
    main.current?.focus({ preventScroll: true });
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
          <Menu
            inline
            positioning="below-end"
            checkedValues={{ theme: [theme.choice] }}
            onCheckedValueChange={(_, data) => theme.choose((data.checkedItems[0] as ThemeChoice | undefined) ?? 'system')}
          >
            <MenuTrigger disableButtonEnhancement>
              <Button appearance="subtle" className="person">
                <span className="initials" aria-hidden="true">
                  {initials(session.name)}
                </span>
                <span className="person-name">
                  <span>{session.name}</span>
                  <small>{me.organization.name ?? (me.role === 'admin' ? 'Admin' : 'Member')}</small>
                </span>
                <span className="visually-hidden">, account and appearance</span>
              </Button>
            </MenuTrigger>
            <MenuPopover>
              <MenuList hasCheckmarks>
                <MenuItemRadio name="theme" value="system">
                  Appearance of the system
                </MenuItemRadio>
                <MenuItemRadio name="theme" value="light">
                  Light
                </MenuItemRadio>
                <MenuItemRadio name="theme" value="dark">
                  Dark
                </MenuItemRadio>
                <MenuDivider />
                <MenuItem icon={<SignOutRegular />} onClick={() => void signOut()}>
                  Sign out
                </MenuItem>
              </MenuList>
            </MenuPopover>
          </Menu>
        </div>
      </header>
      <main id="content" ref={main} tabIndex={-1} className="content">
        {children}
      </main>
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
