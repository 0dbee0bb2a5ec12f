import type { MouseEvent } from 'react';
import type { FileEntry } from '../api/contract';
import { Button } from '../shell/controls';
import { formatDateTime, formatSize } from '../shell/format';
import type { Ask } from './FileMenu';
import { FileMenuButton } from './FileMenuButton';
import { nameOf } from './paths';
import { RowIcon } from './RowIcon';

/** A file or folder, or a file that was deleted. */
export type Listed = FileEntry & { deleted?: boolean };

interface Props {
  entry: Listed;
  /** Where the folder, or a look at the file, is. */
  address: string;
  mayWrite: boolean;
  busy: boolean;
  selected: boolean;
  /** Goes to the address without loading the page anew. */
  onGo: () => void;
  onSelect: (selected: boolean) => void;
  onDownload: () => void;
  onUndelete: () => void;
  onAsk: (what: Ask) => void;
}

/** Whether it can be moved, copied, deleted and taken along with others. */
export const isSelectable = (entry: Listed): boolean => entry.addressable && !entry.deleted;

/** A line of a folder. */
export function FileRow({ entry, address, mayWrite, busy, selected, onGo, onSelect, onDownload, onUndelete, onAsk }: Props) {
  const name = nameOf(entry.shownAs ?? entry.path) || (entry.shownAs ?? entry.path);
  // Not wouter's links: each listens to the address by itself.
  const go = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onGo();
  };
  return (
    <tr className={selected ? 'selected' : undefined}>
      <td className="select">
        {isSelectable(entry) && (
          <input type="checkbox" checked={selected} aria-label={`Select ${name}`} onChange={(event) => onSelect(event.target.checked)} />
        )}
      </td>
      <th scope="row" className="file-name">
        <RowIcon of={entry.type === 'folder' ? 'folder' : 'document'} />
        {entry.type === 'folder' && entry.addressable ? (
          <a href={address} className="link" onClick={go}>
            {name}
            <span className="visually-hidden"> (folder)</span>
          </a>
        ) : entry.type === 'file' && entry.addressable && !entry.deleted ? (
          <a href={address} className="link file-link" onClick={go}>
            {name}
          </a>
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
                  icon={<RowIcon of="undo" />}
                  title="Bring back"
                  aria-label={`Bring back ${name}`}
                  disabled={busy}
                  onClick={onUndelete}
                />
              )
            ) : (
              <Button
                appearance="subtle"
                icon={<RowIcon of="download" />}
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
