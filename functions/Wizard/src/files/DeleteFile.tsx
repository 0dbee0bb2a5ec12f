import type { FileEntry } from '../api/contract';
import Ask from '../shell/Ask';
import { shown } from '../shell/shown';
import { nameOf } from './paths';
import { useDeleteFile } from './queries';

interface Props {
  driveId: string;
  file: FileEntry;
  onClose: () => void;
  onDeleted: (name: string) => void;
}

export default function DeleteFile({ driveId, file, onClose, onDeleted }: Props) {
  const remove = useDeleteFile(driveId);
  const name = shown(nameOf(file.path));
  return (
    <Ask
      title={`Delete ${name}?`}
      act="Delete the file"
      acting="Deleting …"
      danger
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onAct={() => remove.mutate(file, { onSuccess: () => onDeleted(name) })}
    >
      <p>
        The file is deleted from the bucket, for everybody. Only if the bucket keeps versions can it be brought back: “Show deleted files”
        lists it then.
      </p>
      <p className="mono">{shown(file.path)}</p>
    </Ask>
  );
}
