import type { Integration } from '../api/contract';
import Ask from '../shell/Ask';
import { SetupTabs } from '../shell/SetupTabs';

/** How S3 itself is made to tell of new files, at once. */
export default function IntegrationSetup({ integration, onClose }: { integration: Integration; onClose: () => void }) {
  return (
    <Ask title={`S3 notifications for ${integration.name}`} act={null} close="Close" wide onClose={onClose}>
      <p>
        Without them, new files are found by looking at the folder from time to time. With them, S3 tells of each at once, over an SNS topic
        in the account of the bucket, and looking at the folder stays as the safety net. Whoever administers that account applies one of
        these.
      </p>
      <SetupTabs path={`/api/integrations/${integration.id}/setup`} />
    </Ask>
  );
}
