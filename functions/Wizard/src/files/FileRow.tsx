import { Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { ArrowDownloadRegular, ArrowUndoRegular, DeleteRegular, DocumentRegular, FolderRegular, HistoryRegular, LinkRegular, MoreHorizontalRegular, ShareRegular } from '@fluentui/react-icons';
import { Link } from 'wouter';
import type { FileEntry } from '../api/contract';
import { Button } from '../shell/controls';
import { formatDateTime, formatSize } from '../shell/format';
import { nameOf } from './paths';

/** A file or folder, or a file that was deleted. */
export type Listed = FileEntry & { deleted?: boolean };

interface Props {
  entry: Listed;
  address: string;
  mayWrite: boolean;
  busy: boolean;
  onDownload: () => void;
  onUndelete: () => void;
  onAsk: (what: 'delete' | 'reference' | 'share' | 'versions') => void;
}

/** A line of a folder. */
export function FileRow({ entry, address, mayWrite, busy, onDownload, onUndelete, onAsk }: Props) {
  const name = nameOf(entry.shownAs ?? entry.path) || (entry.shownAs ?? entry.path);
  return (
    <tr>
      <th scope="row" className="file-name">
        {entry.type === 'folder' ? <FolderRegular aria-hidden="true" /> : <DocumentRegular aria-hidden="true" />}
        {entry.type === 'folder' && entry.addressable ? (
          <Link href={address} className="link">
            {name}
            <span className="visually-hidden"> (folder)</span>
          </Link>
        ) : (
          <span>
            {entry.deleted ? <s>{name}</s> : name} {entry.deleted && <span className="pill">Deleted</span>}
            {!entry.addressable && <span className="quiet block">Another program gave it a name that can’t be reached here.</span>}
          </span>
        )}
      </th>
      <td className="end nowrap">{entry.size === null ? '' : formatSize(entry.size)}</td>
      <td className="nowrap">{entry.lastModified && <time dateTime={entry.lastModified}>{formatDateTime(entry.lastModified)}</time>}</td>
      <td className="end nowrap">
        {entry.type === 'file' && entry.addressable && (
          <>
            {entry.deleted ? (
              mayWrite && <Button appearance="subtle" icon={<ArrowUndoRegular />} title="Bring back" aria-label={`Bring back ${name}`} disabled={busy} onClick={onUndelete} />
            ) : (
              <Button appearance="subtle" icon={<ArrowDownloadRegular />} title="Download" aria-label={`Download ${name}`} disabled={busy} onClick={onDownload} />
            )}
            <Menu positioning="below-end">
              <MenuTrigger disableButtonEnhancement>
                <Button appearance="subtle" icon={<MoreHorizontalRegular />} title="More" aria-label={`More for ${name}`} />
              </MenuTrigger>
              <MenuPopover>
                <MenuList>
                  <MenuItem icon={<HistoryRegular />} onClick={() => onAsk('versions')}>
                    Versions
                  </MenuItem>
                  {!entry.deleted && (
                    <MenuItem icon={<ShareRegular />} onClick={() => onAsk('share')}>
                      Share
                    </MenuItem>
                  )}
                  {!entry.deleted && (
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
          </>
        )}
      </td>
    </tr>
  );
}
