import { Menu, MenuItem, MenuList, MenuPopover } from '@fluentui/react-components';
import { DeleteRegular, SettingsRegular } from '@fluentui/react-icons';
import { useLocation } from 'wouter';
import type { Drive } from '../api/contract';

interface Props {
  drive: Drive;
  /** What it hangs from. */
  button: HTMLElement;
  onClose: () => void;
}

/** The open menu of a drive's card. */
export default function CardMenu({ drive, button, onClose }: Props) {
  const [, go] = useLocation();
  const isDefault = drive.default.organization || drive.default.workspaces.length > 0;
  return (
    <Menu
      inline
      open
      positioning={{ target: button, position: 'below', align: 'end', offset: 4 }}
      onOpenChange={(_, data) => !data.open && onClose()}
    >
      <MenuPopover>
        <MenuList>
          {drive.authentication.method === 'accessKey' && (
            <MenuItem icon={<SettingsRegular />} onClick={() => go(`/drives/${drive.id}?ask=credentials`)}>
              Modify configuration
            </MenuItem>
          )}
          <MenuItem icon={<DeleteRegular />} disabled={isDefault} onClick={() => go(`/drives/${drive.id}?ask=remove`)}>
            {isDefault ? 'Remove (not while it is a default)' : 'Remove'}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
