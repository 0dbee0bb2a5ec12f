import { useQueryClient } from '@tanstack/react-query';
import type { Connection } from '../api/contract';
import Ask from '../shell/Ask';
import { useNotice } from '../shell/notices';
import { useCancel } from './queries';

export default function CancelDialog({
  connection,
  onClose,
  onCancelled,
}: {
  connection: Connection;
  onClose: () => void;
  onCancelled: () => void;
}) {
  const cancel = useCancel(connection.id);
  const queries = useQueryClient();
  const notice = useNotice();
  return (
    <Ask
      title={`Cancel connecting ${connection.displayName}?`}
      act="Cancel the connection"
      acting="Cancelling …"
      close="Keep it"
      danger
      busy={cancel.isPending}
      error={cancel.error}
      onClose={onClose}
      onAct={() =>
        cancel.mutate(undefined, {
          onSuccess: () => {
            void queries.invalidateQueries({ queryKey: ['connections'] });
            notice(`Cancelled connecting ${connection.displayName}.`);
            onCancelled();
          },
        })
      }
    >
      <p>
        What was typed is thrown away, links that were sent stop working, and the name is free again. Nothing changes in AWS; policies that
        were applied there stay until somebody removes them.
      </p>
    </Ask>
  );
}
