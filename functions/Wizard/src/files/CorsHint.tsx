import type { Drive } from '../api/contract';
import { Code, pretty } from '../shell/Code';
import { Button } from '../shell/controls';
import { formatSize } from '../shell/format';
import { largeFile } from './transfer';

/** As the bucket's CORS editor in the S3 console takes it. */
const rule = () => pretty([{ AllowedOrigins: [location.origin], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], ExposeHeaders: ['ETag'], MaxAgeSeconds: 3600 }]);

/** What to change where a bucket doesn't take files from this site directly. Nothing is lost meanwhile, it only takes longer. */
export default function CorsHint({ drive, onDone }: { drive: Drive; onDone: () => void }) {
  return (
    <section className="card stack" aria-labelledby="cors-title">
      <h2 id="cors-title" className="section-title">
        Large files go the long way
      </h2>
      <p className="lead">
        The bucket doesn’t take files from this site directly, so those above {formatSize(largeFile)} go through the server. They arrive all the same, only later. Whoever administers the bucket can shorten the way: in the S3 console, open{' '}
        <span className="mono">{drive.bucket}</span> › Permissions › Cross-origin resource sharing (CORS), and add this rule.
      </p>
      <Code title="CORS rule" what="the CORS rule" text={rule()} />
      <div>
        <Button onClick={onDone}>The rule is there now</Button>
      </div>
    </section>
  );
}
