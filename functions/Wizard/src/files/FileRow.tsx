import { ArrowDownloadRegular, ArrowUndoRegular, DocumentRegular, FolderRegular } from '@fluentui/react-icons';
import { Link } from 'wouter';
import type { FileEntry } from '../api/contract';
import { Button } from '../shell/controls';
import { formatDateTime, formatSize } from '../shell/format';
import type { Ask } from './FileMenu';
import { FileMenuButton } from './FileMenuButton';
import { nameOf } from './paths';

/** A file or folder, or a file that was deleted. */
export type Listed = FileEntry & { deleted?: boolean };

interface Props {
  entry: Listed;
  /** Where the folder, or a look at the file, is. */
  address: string;
  mayWrite: boolean;
  busy: boolean;
  selected: boolean;
  onSelect: (selected: boolean) => void;
  onDownload: () => void;
  onUndelete: () => void;
  onAsk: (what: Ask) => void;
}

/** Whether it can be moved, copied, deleted and taken along with others. */
export const isSelectable = (entry: Listed): boolean => entry.addressable && !entry.deleted;

/** A line of a folder. */
export function FileRow({ entry, address, mayWrite, busy, selected, onSelect, onDownload, onUndelete, onAsk }: Props) {
  const name = nameOf(entry.shownAs ?? entry.path) || (entry.shownAs ?? entry.path);
  return (
    <tr className={selected ? 'selected' : undefined}>
      <td className="select">
        {isSelectable(entry) && (
          <input type="checkbox" checked={selected} aria-label={`Select ${name}`} onChange={(event) => onSelect(event.target.checked)} />
        )}
      </td>
      <th scope="row" className="file-name">
        {entry.type === 'folder' ? <FolderRegular aria-hidden="true" /> : <DocumentRegular aria-hidden="true" />}
        {entry.type === 'folder' && entry.addressable ? (
          <Link href={address} className="link">
            {name}
            <span className="visually-hidden"> (folder)</span>
          </Link>
        ) : entry.type === 'file' && entry.addressable && !entry.deleted ? (
          <Link href={address} state={{ listed: true }} className="link file-link">
            {name}
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
        {entry.addressable && (
          <>
            {entry.type === 'folder' ? null : entry.deleted ? (
              mayWrite && (
                <Button
                  appearance="subtle"
                  icon={<ArrowUndoRegular />}
                  title="Bring back"
                  aria-label={`Bring back ${name}`}
                  disabled={busy}
                  onClick={onUndelete}
                />
              )
            ) : (
              <Button
                appearance="subtle"
                icon={<ArrowDownloadRegular />}
                title="Download"
                aria-label={`Download ${name}`}
                disabled={busy}
                onClick={onDownload}
              />
            )}
            <FileMenuButton entry={entry} name={name} mayWrite={mayWrite} onAsk={onAsk} />
          </>
        )}
      </td>
    </tr>
  );
}
