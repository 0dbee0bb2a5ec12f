import type { Drive } from '../api/contract';
import Ask from '../shell/Ask';
import { Button } from '../shell/controls';
import { formatMoment, formatSize } from '../shell/format';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { useNotice } from '../shell/notices';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { nameOf } from './paths';
import { useDownload, useRestore, useVersions } from './queries';

/** What the bucket keeps of a file: to look at, and to go back to. */
export default function FileVersions({ drive, path, onClose }: { drive: Drive; path: string; onClose: () => void }) {
  const versions = useVersions(drive.id, path);
  const download = useDownload(drive.id);
  const restore = useRestore(drive.id);
  const notice = useNotice();
  const mayWrite = drive.access !== 'readOnly';
  const name = shown(nameOf(path));
  return (
    <Ask title={`Versions of ${name}`} act={null} close="Close" wide onClose={onClose}>
      {versions.isPending && <Loading what="the versions" lines={3} height={44} />}
      {versions.error && <ProblemNotice error={versions.error} retry={() => void versions.refetch()} />}
      {versions.data?.versioned === false && (
        <p>The bucket keeps no versions, so there is only the file as it is now. What is written over or deleted is gone for good.</p>
      )}
      {download.error && <ProblemNotice error={download.error} />}
      {restore.error && <ProblemNotice error={restore.error} />}
      {versions.data && versions.data.items.length > 0 && (
        <ul className="versions" aria-label="Versions">
          {versions.data.items.map((version) => {
            const when = version.storedAt ? formatMoment(version.storedAt) : 'an unknown time';
            return (
              <li key={version.versionId} className="version">
                <p>
                  {version.storedAt ? <time dateTime={version.storedAt}>{when}</time> : when}
                  {version.size !== null && <span className="quiet"> · {formatSize(version.size)}</span>}{' '}
                  {version.deleted ? (
                    <span className="pill">{version.current ? 'Deleted' : 'Deleted then'}</span>
                  ) : (
                    version.current && <span className="pill brand-pill">Current</span>
                  )}
                </p>
                {!version.deleted && (
                  <div className="row tight-row">
                    <Button
                      size="small"
                      appearance="subtle"
                      disabled={download.isPending && download.variables.versionId === version.versionId}
                      aria-label={`Download the version of ${when}`}
                      onClick={() => download.mutate({ path, versionId: version.versionId })}
                    >
                      Download
                    </Button>
                    {mayWrite && !version.current && (
                      <Button
                        size="small"
                        disabled={restore.isPending}
                        aria-label={`Restore the version of ${when}`}
                        onClick={() =>
                          restore.mutate(
                            { path, versionId: version.versionId },
                            { onSuccess: () => notice(`${name} is the version of ${when} again.`) },
                          )
                        }
                      >
                        {restore.isPending && restore.variables.versionId === version.versionId ? 'Restoring …' : 'Restore'}
                      </Button>
                    )}
                  </div>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <More query={versions} what="versions" />
      {mayWrite && versions.data?.versioned && (
        <p className="quiet">Restoring copies a version over the file as its newest one. All others stay.</p>
      )}
    </Ask>
  );
}
