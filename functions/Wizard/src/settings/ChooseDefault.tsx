import { useState } from 'react';
import type { Workspace } from '../api/contract';
import { useDefaultDrive, useDrives, useSetDefault } from '../drives/queries';
import Ask from '../shell/Ask';
import { Field, Select } from '../shell/controls';
import { useNotice } from '../shell/notices';

/** The default drive of a workspace, or of the organization (null). */
export function ChooseDefault({ workspace, onClose }: { workspace: Workspace | null; onClose: () => void }) {
  const drives = useDrives();
  const effective = useDefaultDrive(workspace?.id ?? null);
  const save = useSetDefault();
  const notice = useNotice();
  const own = effective.data?.source === (workspace ? 'workspace' : 'organization') ? effective.data.driveId : null;
  const [picked, setPicked] = useState<string>();
  const chosen = picked ?? own ?? '';
  const eligible = (drives.data ?? []).filter(
    (drive) =>
      drive.state === 'connected' &&
      (drive.audience.type === 'organization' || (workspace !== null && drive.audience.workspaceId === workspace.id)),
  );
  const whose = workspace?.name ?? 'the organization';
  const name = (id: string) => eligible.find((drive) => drive.id === id)?.displayName ?? id;
  return (
    <Ask
      title={`Default drive of ${whose}`}
      act="Save"
      acting="Saving …"
      busy={save.isPending}
      disabled={!effective.data || chosen === (own ?? '') || (chosen === '' && workspace === null)}
      error={save.error}
      onClose={onClose}
      onAct={() =>
        save.mutate(
          { target: workspace?.id ?? 'organization', driveId: chosen === '' ? null : chosen },
          {
            onSuccess: () => {
              notice(
                chosen === ''
                  ? `${whose} has no default drive of its own any more.`
                  : `${name(chosen)} is now the default drive of ${whose}.`,
              );
              onClose();
            },
          },
        )
      }
    >
      <p>
        New output that names no drive goes to the default drive
        {workspace ? '' : ' of the organization where the workspace has none of its own'}. Files that are elsewhere stay there; they don’t
        move with it. A default drive can’t be removed.
      </p>
      {drives.data && eligible.length === 0 ? (
        <p>
          {workspace
            ? 'There is no drive yet that it could be.'
            : 'Only a drive of the whole organization can be its default, and there is none yet.'}
        </p>
      ) : (
        <Field label="Default drive">
          <Select value={chosen} disabled={!drives.data || !effective.data} onChange={(_, data) => setPicked(data.value)}>
            {(workspace !== null || own === null) && (
              <option value="">{workspace ? 'None of its own; the organization’s counts' : 'None'}</option>
            )}
            {eligible.map((drive) => (
              <option key={drive.id} value={drive.id}>
                {drive.displayName}
                {workspace && drive.audience.type === 'organization' ? ' (whole organization)' : ''}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </Ask>
  );
}
