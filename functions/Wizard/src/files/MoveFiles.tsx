import { ArrowUpRegular, FolderRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { Drive } from '../api/contract';
import { useDrives } from '../drives/queries';
import Ask from '../shell/Ask';
import { Button, Field, Select } from '../shell/controls';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import type { Listed } from './FileRow';
import { useTransfer } from './operations';
import { join, nameOf, parentOf } from './paths';
import { useFolder } from './queries';

interface Props {
  drive: Drive;
  files: Listed[];
  /** Where they are. */
  folder: string;
  onClose: () => void;
  onBegun: () => void;
}

/** Where to, by drive and folder, and whether they stay where they are too. */
export default function MoveFiles({ drive, files, folder, onClose, onBegun }: Props) {
  const drives = useDrives();
  const [what, setWhat] = useState<'moves' | 'copies'>(drive.access === 'readOnly' ? 'copies' : 'moves');
  const [driveId, setDriveId] = useState(drive.id);
  const [target, setTarget] = useState(folder);
  const transfer = useTransfer(drive.id, what);
  const targets = (drives.data ?? [drive]).filter((each) => each.access !== 'readOnly' && each.state !== 'disconnecting');
  const goal = targets.find((each) => each.id === driveId) ?? drive;
  const words = files.length === 1 ? shown(nameOf(files[0]!.path)) : `${files.length} files and folders`;
  const begin = () =>
    transfer.mutate(
      files.map((file) => ({
        from: file.type === 'folder' ? `${file.path}/` : file.path,
        to: join(target, nameOf(file.path)),
        toDriveId: driveId,
      })),
      { onSuccess: onBegun },
    );
  return (
    <Ask
      title={`Move or copy ${words}`}
      act={what === 'moves' ? 'Move here' : 'Copy here'}
      acting="Beginning …"
      wide
      busy={transfer.isPending}
      disabled={driveId === drive.id && target === folder}
      error={transfer.error}
      onClose={onClose}
      onAct={begin}
    >
      <fieldset className="row choices">
        <legend className="visually-hidden">What to do</legend>
        <label>
          <input
            type="radio"
            name="what"
            checked={what === 'moves'}
            disabled={drive.access === 'readOnly'}
            onChange={() => setWhat('moves')}
          />{' '}
          Move
        </label>
        <label>
          <input type="radio" name="what" checked={what === 'copies'} onChange={() => setWhat('copies')} /> Copy
        </label>
      </fieldset>
      <Field label="Drive">
        <Select
          name="to-drive"
          value={driveId}
          onChange={(_, data) => {
            setDriveId(data.value);
            setTarget('');
          }}
        >
          {targets.map((each) => (
            <option key={each.id} value={each.id}>
              {each.displayName}
            </option>
          ))}
        </Select>
      </Field>
      <FolderPicker drive={goal} folder={target} onPick={setTarget} />
      <p className="quiet">What is there already is never written over: a file of the same name is left where it is, and listed.</p>
    </Ask>
  );
}

function FolderPicker({ drive, folder, onPick }: { drive: Drive; folder: string; onPick: (folder: string) => void }) {
  const files = useFolder(drive.id, folder, true);
  const folders = (files.data ?? []).filter((entry) => entry.type === 'folder' && entry.addressable);
  return (
    <section className="picker" aria-label="Folder">
      <p role="status">
        To <strong>{folder === '' ? drive.displayName : shown(folder)}</strong>
      </p>
      {folder !== '' && (
        <Button appearance="subtle" icon={<ArrowUpRegular />} onClick={() => onPick(parentOf(folder))}>
          The folder above
        </Button>
      )}
      {files.error && <ProblemNotice error={files.error} retry={() => void files.refetch()} />}
      {files.isPending && <Loading what="the folders" lines={2} height={32} />}
      <ul aria-label="Folders">
        {folders.map((entry) => (
          <li key={entry.path}>
            <Button appearance="subtle" icon={<FolderRegular />} onClick={() => onPick(entry.path)}>
              {shown(nameOf(entry.path))}
            </Button>
          </li>
        ))}
      </ul>
      {files.data && folders.length === 0 && !files.hasNextPage && <p className="quiet">There are no folders in it.</p>}
      <More query={files} what="folders" />
    </section>
  );
}
