import { ArrowClockwiseRegular, ArrowUploadRegular, FolderRegular, SearchRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useReducer, useRef, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { Drive } from '../api/contract';
import { Button } from '../shell/controls';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { useNotice } from '../shell/notices';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { droppedFiles } from './dropped';
import { FileRow, type Listed } from './FileRow';
import { foldersFirst, nameOf, trailOf } from './paths';
import { useDownload, useFolder, useFolderWithDeleted, useForgetFiles, useRestore } from './queries';
import { goesThroughServer, tryDirectlyAgain } from './transfer';
import { UploadList } from './UploadList';
import { useUploads } from './uploads';
import './files.css';

const CorsHint = lazy(() => import('./CorsHint'));
const DeleteFile = lazy(() => import('./DeleteFile'));
const MakeReference = lazy(() => import('./MakeReference'));
const FileVersions = lazy(() => import('./FileVersions'));
const ShareFile = lazy(() => import('../sharing/ShareFile'));
const FindReference = lazy(() => import('./FindReference'));

type Asking = { what: 'delete' | 'reference' | 'share' | 'versions'; file: Listed } | { what: 'find' } | null;

/** The files of a drive: look through them, bring some, take some, delete some. */
export default function FilesTab({ drive }: { drive: Drive }) {
  const [search] = useSearchParams();
  const folder = (search.get('path') ?? '').replace(/^\/+|\/+$/g, '');
  const [showDeleted, setShowDeleted] = useState(false);
  const withDeleted = useFolderWithDeleted(drive.id, folder, showDeleted);
  // Where what was deleted can’t be listed, the rest still is.
  const plain = useFolder(drive.id, folder, !showDeleted || withDeleted.isError);
  const files = showDeleted && !withDeleted.isError ? withDeleted : plain;
  const forget = useForgetFiles(drive.id);
  const uploads = useUploads(drive.id, forget);
  const download = useDownload(drive.id);
  const restore = useRestore(drive.id);
  const notice = useNotice();
  const [asking, setAsking] = useState<Asking>(null);
  const [over, setOver] = useState(false);
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const picker = useRef<HTMLInputElement>(null);
  const depth = useRef(0);
  const address = (path: string) => `/drives/${drive.id}/files${path === '' ? '' : `?path=${encodeURIComponent(path)}`}`;
  const entries: Listed[] = foldersFirst(files === withDeleted ? (withDeleted.data?.items ?? []) : (plain.data ?? []));
  const mayWrite = drive.access !== 'readOnly';
  const drop = (next: number) => {
    depth.current = Math.max(0, next);
    setOver(depth.current > 0);
  };
  if (drive.state === 'disconnecting') return <p className="lead">The drive is being removed; its files can’t be reached from here any more.</p>;
  return (
    <div
      className="stack"
      onDragEnter={(event) => {
        if (!mayWrite || !event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        drop(depth.current + 1);
      }}
      onDragOver={(event) => event.dataTransfer.types.includes('Files') && event.preventDefault()}
      onDragLeave={() => drop(depth.current - 1)}
      onDrop={(event) => {
        event.preventDefault();
        drop(0);
        if (!mayWrite) return;
        void droppedFiles(event.dataTransfer).then((dropped) => uploads.add(folder, dropped));
      }}
    >
      <UploadList uploads={uploads} />
      {goesThroughServer(drive.id) && (
        <Suspense>
          <CorsHint
            drive={drive}
            onDone={() => {
              tryDirectlyAgain(drive.id);
              notice('The next large file is sent to the bucket directly again.');
              redraw();
            }}
          />
        </Suspense>
      )}
      <section className={over ? 'card files over' : 'card files'} aria-label="Files">
        <div className="files-bar">
          <nav aria-label="Folder" className="trail">
            <ol>
              <li>{folder === '' ? <span aria-current="location">{drive.displayName}</span> : <Link href={address('')} className="link">{drive.displayName}</Link>}</li>
              {trailOf(folder).map((part, index, parts) => (
                <li key={part.path}>
                  {index === parts.length - 1 ? (
                    <span aria-current="location">{shown(part.name)}</span>
                  ) : (
                    <Link href={address(part.path)} className="link">
                      {shown(part.name)}
                    </Link>
                  )}
                </li>
              ))}
            </ol>
          </nav>
          <div className="row">
            <label className="switch">
              <input type="checkbox" role="switch" checked={showDeleted} onChange={(event) => setShowDeleted(event.target.checked)} /> Show deleted files
            </label>
            <Button appearance="subtle" icon={<SearchRegular />} onClick={() => setAsking({ what: 'find' })}>
              Find by reference
            </Button>
            <Button appearance="subtle" icon={<ArrowClockwiseRegular />} aria-label="Look again" title="Look again" disabled={files.isFetching} onClick={forget} />
            {mayWrite ? (
              <Button appearance="primary" icon={<ArrowUploadRegular />} onClick={() => picker.current?.click()}>
                Upload files
              </Button>
            ) : (
              <span className="pill">Read-only</span>
            )}
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              aria-label="Files to upload"
              onChange={(event) => {
                uploads.add(folder, [...(event.target.files ?? [])].map((file) => ({ path: file.name, file })));
                event.target.value = '';
              }}
            />
          </div>
        </div>
        {files.error && <ProblemNotice error={files.error} retry={() => void files.refetch()} />}
        {showDeleted && withDeleted.error && <ProblemNotice error={withDeleted.error} retry={() => void withDeleted.refetch()} />}
        {showDeleted && withDeleted.data?.versioned === false && <p className="lead" role="status">The bucket keeps no versions, so what is deleted or replaced here is gone for good.</p>}
        {download.error && <ProblemNotice error={download.error} />}
        {restore.error && <ProblemNotice error={restore.error} />}
        {files.isPending && <Loading what="the folder" lines={4} height={44} />}
        {files.data && entries.length === 0 && !files.hasNextPage && (
          <div className="empty">
            <FolderRegular className="empty-icon" aria-hidden="true" />
            <h2 className="section-title">{folder === '' ? 'There are no files yet' : 'This folder is empty'}</h2>
            <p className="lead">
              {mayWrite
                ? 'Drop files here, or choose them with “Upload files”. Folders come with what is in them.'
                : 'This drive is read-only: its files are written by others.'}
            </p>
          </div>
        )}
        {entries.length > 0 && (
          <table className="table files-table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" className="end">
                  Size
                </th>
                <th scope="col">Changed</th>
                <th scope="col" className="end">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <FileRow
                  key={`${entry.type} ${entry.path}`}
                  entry={entry}
                  address={address(entry.path)}
                  mayWrite={mayWrite}
                  busy={(download.isPending && download.variables.path === entry.path) || (restore.isPending && restore.variables.path === entry.path)}
                  onDownload={() => download.mutate({ path: entry.path })}
                  onUndelete={() => restore.mutate({ path: entry.path }, { onSuccess: () => notice(`${shown(nameOf(entry.path))} is there again.`) })}
                  onAsk={(what) => setAsking({ what, file: entry })}
                />
              ))}
            </tbody>
          </table>
        )}
        <More query={files} what="files" />
        {over && (
          <p className="drop-words" aria-hidden="true">
            <ArrowUploadRegular /> Drop to upload to {folder === '' ? drive.displayName : nameOf(folder)}
          </p>
        )}
      </section>
      <Suspense>
        {asking?.what === 'delete' && <DeleteFile driveId={drive.id} file={asking.file} onClose={() => setAsking(null)} onDeleted={(name) => (notice(`Deleted ${name}.`), setAsking(null))} />}
        {asking?.what === 'reference' && <MakeReference driveId={drive.id} path={asking.file.path} onClose={() => setAsking(null)} />}
        {asking?.what === 'versions' && <FileVersions drive={drive} path={asking.file.path} onClose={() => setAsking(null)} />}
        {asking?.what === 'share' && <ShareFile drive={drive} path={asking.file.path} onClose={() => setAsking(null)} />}
        {asking?.what === 'find' && <FindReference onClose={() => setAsking(null)} />}
      </Suspense>
    </div>
  );
}
