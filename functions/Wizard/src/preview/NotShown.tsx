import { DocumentRegular } from '@fluentui/react-icons';
import { Button } from '../shell/controls';

/** Where there is nothing to see: the way to have the file all the same. */
export const NotShown = ({ why, onDownload }: { why: string; onDownload: () => void }) => (
  <div className="empty">
    <DocumentRegular className="empty-icon" aria-hidden="true" />
    <p className="lead">{why} Download the file to open it with another program.</p>
    <Button onClick={onDownload}>Download</Button>
  </div>
);
