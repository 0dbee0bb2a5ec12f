import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';
import type { IamRole } from '../api/contract';
import type { Problem } from '../api/problem';
import Ask from '../shell/Ask';
import { useNotice } from '../shell/notices';

interface Props {
  role: IamRole;
  name: string;
  onClose: () => void;
  onDeleted: () => void;
}

export default function DeleteRole({ role, name, onClose, onDeleted }: Props) {
  const queries = useQueryClient();
  const notice = useNotice();
  const remove = useMutation<void, Problem, void>({
    mutationFn: () => call(`/api/roles/${role.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['roles'] });
      notice(`Deleted the role ${name}.`);
      onDeleted();
    },
  });
  if (role.usedBy.length > 0)
    return (
      <Ask title={`${name} is in use`} act={null} close="Close" onClose={onClose}>
        <p>A role can be deleted once nothing uses it any more. It is used by:</p>
        <ul>
          {role.usedBy.map((use) => (
            <li key={use.id}>
              {use.displayName} {use.id.startsWith('con_') && '(a connection that is still open)'}
            </li>
          ))}
        </ul>
        <p>Remove these drives, or cancel these connections, then come back.</p>
      </Ask>
    );
  return (
    <Ask
      title={`Delete the role ${name}?`}
      act="Delete"
      acting="Deleting …"
      danger
      busy={remove.isPending}
      error={remove.error}
      onAct={() => remove.mutate()}
      onClose={onClose}
    >
      <p>We forget the role and its external ID. The role in AWS stays; your AWS administrator can delete it there.</p>
      <p className="mono">{role.roleArn}</p>
      <p>To use the same role again later, a new trust policy has to be applied to it.</p>
    </Ask>
  );
}
