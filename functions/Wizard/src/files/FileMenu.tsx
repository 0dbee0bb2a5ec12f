import { Menu, MenuItem, MenuList, MenuPopover } from '@fluentui/react-components';
import { DeleteRegular, FolderArrowRightRegular, HistoryRegular, LinkRegular, RenameRegular, ShareRegular } from '@fluentui/react-icons';
import type { Listed } from './FileRow';

export type Ask = 'delete' | 'move' | 'reference' | 'rename' | 'share' | 'versions';

interface Props {
  entry: Listed;
  mayWrite: boolean;
  /** What it hangs from. */
  button: HTMLElement;
  onAsk: (what: Ask) => void;
  onClose: () => void;
}

/** The open menu of a file or folder. A list has hundreds of rows and one open menu at most. */
export default function FileMenu({ entry, mayWrite, button, onAsk, onClose }: Props) {
  const isFile = entry.type === 'file';
  return (
    <Menu
      open
      positioning={{ target: button, position: 'below', align: 'end' }}
      onOpenChange={(event, { open }) => !open && !isOn(button, event.target) && onClose()}
    >
      <MenuPopover>
        <MenuList>
          {isFile && (
            <MenuItem icon={<HistoryRegular />} onClick={() => onAsk('versions')}>
              Versions
            </MenuItem>
          )}
          {mayWrite && !entry.deleted && (
            <MenuItem icon={<RenameRegular />} onClick={() => onAsk('rename')}>
              Rename
            </MenuItem>
          )}
          {!entry.deleted && (
            <MenuItem icon={<FolderArrowRightRegular />} onClick={() => onAsk('move')}>
              Move or copy
            </MenuItem>
          )}
          {isFile && !entry.deleted && (
            <MenuItem icon={<ShareRegular />} onClick={() => onAsk('share')}>
              Share
            </MenuItem>
          )}
          {isFile && !entry.deleted && (
            <MenuItem icon={<LinkRegular />} onClick={() => onAsk('reference')}>
              Make a reference
            </MenuItem>
          )}
          {mayWrite && !entry.deleted && (
            <MenuItem icon={<DeleteRegular />} onClick={() => onAsk('delete')}>
              Delete
            </MenuItem>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** What is pressed there closes the menu by itself. */
const isOn = (button: HTMLElement, target: EventTarget | null): boolean => target instanceof Node && button.contains(target);
