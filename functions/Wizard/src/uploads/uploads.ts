import { onSession, currentSession } from '../signin/session';
import { isUnderWay, UploadQueue } from './queue';
import { transfer } from './transfer';

/** The uploads of this page: they go on while people look at other things. */
export const uploads = new UploadQueue(transfer);

addEventListener('beforeunload', (event) => {
  if (!uploads.isIdle) event.preventDefault();
});

// Nothing goes on under the name of somebody who has left.
onSession(() => {
  if (currentSession().state === 'out') uploads.cancelAll();
});

export { isUnderWay };
