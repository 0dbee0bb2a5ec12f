import type { Drive } from '../api/contract';
import Ask from '../shell/Ask';
import { Code, pretty } from '../shell/Code';
import { formatSize } from '../shell/format';
import { largeFile, tryDirectlyAgain } from './transfer';

/** As the bucket's CORS editor in the S3 console takes it. */
const rule = () =>
  pretty([
    { AllowedOrigins: [location.origin], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'], MaxAgeSeconds: 3600 },
  ]);

/** What to change where a bucket doesn't take files from this site directly. */
export default function CorsRule({ drive, onClose, onDone }: { drive: Drive; onClose: () => void; onDone: () => void }) {
  return (
    <Ask
      title="Let this site write to the bucket"
      act="The rule is there now"
      close="Close"
      onClose={onClose}
      onAct={() => {
        tryDirectlyAgain(drive.id);
        onDone();
      }}
    >
      <p>
        Files above {formatSize(largeFile)} go through the server now, which takes longer. With this rule they go to S3 directly: in the S3
        console, open <span className="mono">{drive.bucket}</span> › Permissions › Cross-origin resource sharing (CORS), and add it.
      </p>
      <Code title="CORS rule" what="the CORS rule" text={rule()} />
    </Ask>
  );
}
