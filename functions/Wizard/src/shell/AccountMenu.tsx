import { Menu, MenuDivider, MenuItem, MenuItemRadio, MenuList, MenuPopover } from '@fluentui/react-components';
import { SignOutRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { signOut } from '../signin/session';
import { chooseTheme, themeChoice, type ThemeChoice } from './theme';

interface Props {
  /** What it hangs from. */
  button: HTMLElement;
  onClose: () => void;
}

/** The open menu of the person in the corner. */
export default function AccountMenu({ button, onClose }: Props) {
  const [theme, setTheme] = useState(themeChoice);
  return (
    <Menu
      inline
      open
      positioning={{ target: button, position: 'below', align: 'end', offset: 8 }}
      onOpenChange={(_, data) => {
        if (!data.open) onClose();
      }}
      checkedValues={{ theme: [theme] }}
      onCheckedValueChange={(_, data) => {
        const choice = (data.checkedItems[0] as ThemeChoice | undefined) ?? 'system';
        chooseTheme(choice);
        setTheme(choice);
      }}
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
