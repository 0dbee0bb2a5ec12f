import type { Integration } from '../api/contract';
import Ask from '../shell/Ask';
import { useDone } from '../shell/useDone';
import { useDeleteIntegration } from './queries';

export default function DeleteIntegration({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  const remove = useDeleteIntegration();
  const done = useDone(onClose);
  return (
    <Ask
      title={`Delete the integration ${integration.name}?`}
      act="Delete"
      acting="Deleting …"
      danger
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onAct={() => remove.mutate(integration, { onSuccess: done(`Deleted the integration ${integration.name}.`) })}
    >
      <p>
        {integration.kind === 'upstream'
          ? 'New files start nothing any more. Events that are on their way are still delivered.'
          : 'Outputs that are sent to it are refused from then on. Files that it stored stay.'}
      </p>
    </Ask>
  );
}
