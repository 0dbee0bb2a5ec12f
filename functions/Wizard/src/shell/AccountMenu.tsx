import { Menu, MenuDivider, MenuItem, MenuItemRadio, MenuList, MenuPopover } from '@fluentui/react-components';
import { SignOutRegular } from '@fluentui/react-icons';
import { signOut } from '../signin/session';
import type { ThemeChoice, useTheme } from './theme';

interface Props {
  /** What it hangs from. */
  button: HTMLElement;
  theme: ReturnType<typeof useTheme>;
  onClose: () => void;
}

/** The open menu of the person in the corner. */
export default function AccountMenu({ button, theme, onClose }: Props) {
  return (
    <Menu
      inline
      open
      positioning={{ target: button, position: 'below', align: 'end' }}
      onOpenChange={(_, data) => {
        if (!data.open) onClose();
      }}
      checkedValues={{ theme: [theme.choice] }}
      onCheckedValueChange={(_, data) => theme.choose((data.checkedItems[0] as ThemeChoice | undefined) ?? 'system')}
    >
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
  );
}
