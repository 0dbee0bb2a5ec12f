import type { Integration } from '../api/contract';
import { DeliveryList } from '../settings/DeliveryList';
import Ask from '../shell/Ask';
import { useIntegrationDeliveries } from './queries';

export default function IntegrationDeliveries({
  integration,
  mayChange,
  onClose,
}: {
  integration: Integration;
  mayChange: boolean;
  onClose: () => void;
}) {
  const deliveries = useIntegrationDeliveries(integration.id);
  return (
    <Ask title={`Deliveries of ${integration.name}`} act={null} close="Close" wide onClose={onClose}>
      <DeliveryList
        query={deliveries}
        redeliverAt={mayChange ? `/api/integrations/${integration.id}/deliveries` : null}
        none="No new file has been told of yet."
      />
    </Ask>
  );
}
