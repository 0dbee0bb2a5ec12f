import { useState } from 'react';
import Ask from '../shell/Ask';
import { Field, Input } from '../shell/controls';
import { formatNumber, formatSize } from '../shell/format';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import type { Listed } from './FileRow';
import { useDeleteMany, useFolderSizes } from './operations';
import { nameOf } from './paths';

interface Props {
  driveId: string;
  files: Listed[];
  onClose: () => void;
  onDeleted: () => void;
}

/** Deletes folders, or several files and folders, once their name or number has been typed. */
export default function DeleteMany({ driveId, files, onClose, onDeleted }: Props) {
  const [typed, setTyped] = useState('');
  const folders = files.filter((file) => file.type === 'folder').map((file) => file.path);
  const size = useFolderSizes(driveId, folders);
  const remove = useDeleteMany(driveId);
  const one = files.length === 1 ? nameOf(files[0]!.path) : null;
  const wanted = one ?? String(files.length);
  return (
    <Ask
      title={one ? `Delete ${shown(one)}?` : `Delete ${files.length} files and folders?`}
      act="Delete"
      acting="Deleting …"
      danger
      busy={remove.isPending}
      disabled={typed !== wanted}
      error={remove.error}
      onClose={onClose}
      onAct={() =>
        remove.mutate({ files: files.filter((file) => file.type === 'file').map((file) => file.path), folders }, { onSuccess: onDeleted })
      }
    >
      {size.error && <ProblemNotice error={size.error} retry={() => void size.refetch()} />}
      {folders.length > 0 && (
        <p role="status">
          {size.data
            ? `${folders.length === 1 ? 'The folder has' : 'The folders have'} ${size.data.more ? 'more than ' : ''}${formatNumber(size.data.files)} ${size.data.files === 1 ? 'file' : 'files'} with ${formatSize(size.data.bytes)} in all.`
            : 'Counting what is in it …'}
        </p>
      )}
      <p>
        They are deleted from the bucket, for everybody. Only if the bucket keeps versions can they be brought back: “Show deleted files”
        lists them then.
      </p>
      <Field
        label={one ? `Type “${shown(one)}” to say that you mean it` : `Type ${wanted}, how many you have selected, to say that you mean it`}
      >
        <Input name="confirmation" value={typed} autoComplete="off" spellCheck={false} onChange={(_, data) => setTyped(data.value)} />
      </Field>
    </Ask>
  );
}
