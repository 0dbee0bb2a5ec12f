import { useState } from 'react';
import type { Group, WorkspaceRole } from '../api/contract';
import Ask from '../shell/Ask';
import { Button, Field, Input, Select } from '../shell/controls';
import { Loading } from '../shell/Loading';
import { useNotice } from '../shell/notices';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useDone } from '../shell/useDone';
import { useGroups, usePutGroup, useRemoveGroup } from './queries';

const nameOf = (group: Group) => group.name ?? group.groupId;

/** The groups that a workspace admits, and as what. */
export default function Groups({ workspaceId, workspaceName }: { workspaceId: string; workspaceName: string }) {
  const person = usePerson();
  const query = useGroups(workspaceId);
  const mayManage = person.mayManage(workspaceId);
  return (
    <section className="card stack" aria-labelledby="groups-title">
      <h2 id="groups-title" className="section-title">
        Groups in {workspaceName}
      </h2>
      <p className="quiet">Whoever is in one of these groups of your directory is in the workspace, too, with the higher of their roles.</p>
      {query.error && !query.data ? (
        <ProblemNotice error={query.error} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Loading what="the groups" lines={2} height={48} />
      ) : (
        <>
          {query.data.length === 0 && <p className="none">It admits no groups.</p>}
          {query.data.length > 0 && (
            <GroupTable workspaceId={workspaceId} workspaceName={workspaceName} groups={query.data} mayManage={mayManage} />
          )}
          {mayManage && <AddGroup workspaceId={workspaceId} workspaceName={workspaceName} />}
        </>
      )}
    </section>
  );
}

function GroupTable({
  workspaceId,
  workspaceName,
  groups,
  mayManage,
}: {
  workspaceId: string;
  workspaceName: string;
  groups: Group[];
  mayManage: boolean;
}) {
  const notice = useNotice();
  const put = usePutGroup(workspaceId);
  const [removing, setRemoving] = useState<Group | null>(null);
  return (
    <>
      <div className="table-scroll">
        <table className="table members-table">
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col">Role</th>
              {mayManage && (
                <th scope="col" className="end">
                  <span className="visually-hidden">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.groupId}>
                <th scope="row" className="cell-head">
                  <span className="block">{nameOf(group)}</span>
                  {group.name && <span className="quiet mono block">{group.groupId}</span>}
                </th>
                <td>
                  {mayManage ? (
                    <Select
                      aria-label={`Role of the group ${nameOf(group)}`}
                      className="role-select"
                      value={group.role}
                      disabled={put.isPending && put.variables.groupId === group.groupId}
                      onChange={(_, data) =>
                        put.mutate(
                          { groupId: group.groupId, role: data.value as WorkspaceRole },
                          { onSuccess: (saved) => notice(`Whoever is in ${nameOf(saved)} is a ${saved.role} of ${workspaceName} now.`) },
                        )
                      }
                    >
                      <option value="member">Member</option>
                      <option value="manager">Manager</option>
                    </Select>
                  ) : group.role === 'manager' ? (
                    'Manager'
                  ) : (
                    'Member'
                  )}
                </td>
                {mayManage && (
                  <td className="end">
                    <Button size="small" onClick={() => setRemoving(group)} aria-label={`Remove the group ${nameOf(group)}`}>
                      Remove
                    </Button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {put.error && <ProblemNotice error={put.error} />}
      {removing && (
        <RemoveGroup workspaceId={workspaceId} workspaceName={workspaceName} group={removing} onClose={() => setRemoving(null)} />
      )}
    </>
  );
}

function AddGroup({ workspaceId, workspaceName }: { workspaceId: string; workspaceName: string }) {
  const notice = useNotice();
  const put = usePutGroup(workspaceId);
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<WorkspaceRole>('member');
  const idProblem = put.error?.fieldMessage('groupId');
  const nameProblem = put.error?.fieldMessage('name');
  return (
    <form
      className="inline-form"
      aria-label="Add a group"
      onSubmit={(event) => {
        event.preventDefault();
        if (id.trim() === '') return;
        put.mutate(
          { groupId: id.trim(), role, ...(name.trim() === '' ? {} : { name: name.trim() }) },
          {
            onSuccess: (saved) => {
              setId('');
              setName('');
              notice(`Whoever is in ${nameOf(saved)} is a ${saved.role} of ${workspaceName} now.`);
            },
          },
        );
      }}
    >
      <Field
        label="Group’s object ID"
        hint="As Entra ID shows it on the group’s page."
        className="grow"
        validationState={idProblem ? 'error' : 'none'}
        validationMessage={idProblem}
      >
        <Input className="mono" value={id} autoComplete="off" spellCheck={false} onChange={(_, data) => setId(data.value)} />
      </Field>
      <Field label="Name (optional)" className="grow" validationState={nameProblem ? 'error' : 'none'} validationMessage={nameProblem}>
        <Input value={name} autoComplete="off" onChange={(_, data) => setName(data.value)} />
      </Field>
      <Field label="Role">
        <Select value={role} onChange={(_, data) => setRole(data.value as WorkspaceRole)}>
          <option value="member">Member</option>
          <option value="manager">Manager</option>
        </Select>
      </Field>
      <Button type="submit" disabled={put.isPending || id.trim() === ''}>
        {put.isPending ? 'Adding …' : 'Add group'}
      </Button>
      {put.error && !idProblem && !nameProblem && <ProblemNotice error={put.error} />}
    </form>
  );
}

function RemoveGroup({
  workspaceId,
  workspaceName,
  group,
  onClose,
}: {
  workspaceId: string;
  workspaceName: string;
  group: Group;
  onClose: () => void;
}) {
  const remove = useRemoveGroup(workspaceId);
  const done = useDone(onClose);
  return (
    <Ask
      title={`Remove the group ${nameOf(group)} from ${workspaceName}?`}
      act="Remove"
      acting="Removing …"
      danger
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onAct={() => remove.mutate(group.groupId, { onSuccess: done(`Removed the group ${nameOf(group)} from ${workspaceName}.`) })}
    >
      <p>Whoever is in the workspace by this group alone won’t see its drives any more. What was connected stays.</p>
    </Ask>
  );
}
