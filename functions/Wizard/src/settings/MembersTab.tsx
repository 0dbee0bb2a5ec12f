import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Member, WorkspaceRole } from '../api/contract';
import Ask from '../shell/Ask';
import { Button, Field, Select } from '../shell/controls';
import { Loading } from '../shell/Loading';
import { useNotice } from '../shell/notices';
import { usePeople, UserInput } from '../shell/people';
import { usePerson } from '../shell/person';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { useDone } from '../shell/useDone';
import { named, whoIs } from '../shell/whoIs';
import Groups from './Groups';
import { useMembers, usePutMember, useRemoveMember } from './queries';

/** Who is in a workspace, and as what. */
export default function MembersTab() {
  const person = usePerson();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('workspace');
  const workspace =
    person.me.workspaces.find((other) => other.id === asked) ??
    person.me.workspaces.find((other) => other.id === person.workspaceId) ??
    person.me.workspaces[0];
  if (!workspace)
    return (
      <div className="card empty">
        <h2 className="section-title">You are in no workspace</h2>
        <p className="lead">{person.isAdmin ? 'Create one first.' : 'Ask an admin to add you to one.'}</p>
      </div>
    );
  return (
    <>
      <section className="card stack" aria-labelledby="members-title">
        <h2 id="members-title" className="section-title">
          Members of {workspace.name}
        </h2>
        {person.me.workspaces.length > 1 && (
          <Field label="Workspace" className="narrow">
            <Select value={workspace.id} onChange={(_, data) => setSearch({ workspace: data.value })}>
              {person.me.workspaces.map((other) => (
                <option key={other.id} value={other.id}>
                  {other.name}
                </option>
              ))}
            </Select>
          </Field>
        )}
        <Members key={workspace.id} workspaceId={workspace.id} workspaceName={workspace.name} />
      </section>
      <Groups key={workspace.id} workspaceId={workspace.id} workspaceName={workspace.name} />
    </>
  );
}

function Members({ workspaceId, workspaceName }: { workspaceId: string; workspaceName: string }) {
  const person = usePerson();
  const notice = useNotice();
  const query = useMembers(workspaceId);
  const put = usePutMember(workspaceId);
  const [removing, setRemoving] = useState<Member | null>(null);
  const mayManage = person.mayManage(workspaceId);
  const nameOf = (member: Member) => member.name ?? member.userId;
  if (query.error && !query.data) return <ProblemNotice error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Loading what="the members" lines={3} height={48} />;
  return (
    <>
      {query.data.length === 0 && <p className="none">It has no members yet.</p>}
      {query.data.length > 0 && (
        <div className="table-scroll">
          <table className="table members-table">
            <thead>
              <tr>
                <th scope="col">User</th>
                <th scope="col">Role</th>
                {mayManage && (
                  <th scope="col" className="end">
                    <span className="visually-hidden">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {query.data.map((member) => (
                <tr key={member.userId}>
                  <th scope="row" className="cell-head">
                    <span className="block">
                      {nameOf(member)} {member.userId === person.me.user.id && <span className="pill">You</span>}
                    </span>
                    {nameOf(member) !== member.userId && <span className="quiet block">{member.email ?? member.userId}</span>}
                  </th>
                  <td>
                    {mayManage ? (
                      <Select
                        aria-label={`Role of ${nameOf(member)}`}
                        className="role-select"
                        value={member.role}
                        disabled={put.isPending && put.variables.userId === member.userId}
                        onChange={(_, data) =>
                          put.mutate(
                            { userId: member.userId, role: data.value as WorkspaceRole },
                            { onSuccess: (saved) => notice(`${nameOf(member)} is a ${saved.role} of ${workspaceName} now.`) },
                          )
                        }
                      >
                        <option value="member">Member</option>
                        <option value="manager">Manager</option>
                      </Select>
                    ) : member.role === 'manager' ? (
                      'Manager'
                    ) : (
                      'Member'
                    )}
                  </td>
                  {mayManage && (
                    <td className="end">
                      <Button size="small" onClick={() => setRemoving(member)} aria-label={`Remove ${nameOf(member)}`}>
                        Remove
                      </Button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {put.error && <ProblemNotice error={put.error} />}
      {mayManage ? (
        <AddMember workspaceId={workspaceId} workspaceName={workspaceName} />
      ) : (
        <p className="quiet">The workspace’s managers and admins change who is in it.</p>
      )}
      {removing && (
        <RemoveMember
          workspaceId={workspaceId}
          workspaceName={workspaceName}
          member={removing}
          isMe={removing.userId === person.me.user.id}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function AddMember({ workspaceId, workspaceName }: { workspaceId: string; workspaceName: string }) {
  const notice = useNotice();
  const put = usePutMember(workspaceId);
  const people = usePeople();
  const [who, setWho] = useState('');
  const known = whoIs(who, people);
  const [role, setRole] = useState<WorkspaceRole>('member');
  const problem = put.error?.fieldMessage('userId', 'role');
  const [unknown, setUnknown] = useState<string | null>(null);
  const add = (userId: string) =>
    put.mutate(
      { userId, role },
      {
        onSuccess: (saved) => {
          setWho('');
          notice(`${saved.name ?? saved.userId} is a ${saved.role} of ${workspaceName} now.`);
        },
        onSettled: () => setUnknown(null),
      },
    );
  return (
    <form
      className="inline-form"
      aria-label="Add a member"
      onSubmit={(event) => {
        event.preventDefault();
        if (who.trim() === '') return;
        // Somebody who has signed in is known; anything else may be a slip of the hand.
        if (known) add(known.id);
        else setUnknown(who.trim());
      }}
    >
      <Field
        label="User"
        hint={
          known
            ? named(known)
            : 'Their name or e-mail address; the user ID of somebody who has never signed in, which in Entra ID is the object ID.'
        }
        className="grow"
        validationState={problem ? 'error' : 'none'}
        validationMessage={problem}
      >
        <UserInput people={people} value={who} onChange={(_, data) => setWho(data.value)} />
      </Field>
      <Field label="Role">
        <Select value={role} onChange={(_, data) => setRole(data.value as WorkspaceRole)}>
          <option value="member">Member</option>
          <option value="manager">Manager</option>
        </Select>
      </Field>
      <Button type="submit" appearance="primary" disabled={put.isPending || who.trim() === ''}>
        {put.isPending ? 'Adding …' : 'Add member'}
      </Button>
      {put.error && !problem && <ProblemNotice error={put.error} />}
      {unknown !== null && (
        <Ask
          title={`Nobody here is called “${shown(unknown)}”`}
          act="Add them all the same"
          acting="Adding …"
          close="Change it"
          busy={put.isPending}
          onAct={() => add(unknown)}
          onClose={() => setUnknown(null)}
        >
          <p>
            Nobody of this name, e-mail address or user ID has signed in yet. If <span className="mono">{shown(unknown)}</span> is the user
            ID of somebody who is still to come, they are a {role} of {workspaceName} from their first sign-in on.
          </p>
          <p>In Entra ID the user ID is the object ID. A name or an e-mail address is not.</p>
        </Ask>
      )}
    </form>
  );
}

function RemoveMember({
  workspaceId,
  workspaceName,
  member,
  isMe,
  onClose,
}: {
  workspaceId: string;
  workspaceName: string;
  member: Member;
  isMe: boolean;
  onClose: () => void;
}) {
  const remove = useRemoveMember(workspaceId);
  const done = useDone(onClose);
  return (
    <Ask
      title={`Remove ${isMe ? 'yourself' : (member.name ?? member.userId)} from ${workspaceName}?`}
      act="Remove"
      acting="Removing …"
      danger
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onAct={() => remove.mutate(member.userId, { onSuccess: done(`Removed ${member.name ?? member.userId} from ${workspaceName}.`) })}
    >
      <p>
        {isMe ? 'You won’t see the workspace’s drives any more.' : 'They won’t see the workspace’s drives any more.'} What was connected
        stays.
      </p>
    </Ask>
  );
}
