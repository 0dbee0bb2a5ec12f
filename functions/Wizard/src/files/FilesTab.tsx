import { ArrowClockwiseRegular, ArrowUploadRegular, FolderRegular, SearchRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { Drive } from '../api/contract';
import { Button } from '../shell/controls';
import { formatNumber } from '../shell/format';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { useNotice } from '../shell/notices';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { whenIdle } from '../shell/whenIdle';
import { bringDropped } from '../uploads/bring';
import { droppedFiles } from '../uploads/dropped';
import { UploadButtons } from '../uploads/UploadButtons';
import type { Ask } from './FileMenu';
import { loadFileMenu } from './FileMenuButton';
import { FileRow, type Listed } from './FileRow';
import { folderOf, foldersFirst, nameOf, trailOf } from './paths';
import { useDownload, useFolder, useFolderWithDeleted, useForgetFiles, useRestore } from './queries';
import { useGradually } from './useGradually';
import './files.css';

const DeleteFile = lazy(() => import('./DeleteFile'));
const MakeReference = lazy(() => import('./MakeReference'));
const FileVersions = lazy(() => import('./FileVersions'));
const ShareFile = lazy(() => import('../sharing/ShareFile'));
const FindReference = lazy(() => import('./FindReference'));
const Preview = lazy(() => import('../preview/Preview'));

type Asking = { what: Ask; file: Listed } | { what: 'find' } | null;

/** The files of a drive: look through them, bring some, take some, delete some. */
export default function FilesTab({ drive }: { drive: Drive }) {
  const [search] = useSearchParams();
  const folder = folderOf(search);
  const previewed = search.get('preview');
  const [, navigate] = useLocation();
  const [showDeleted, setShowDeleted] = useState(false);
  const withDeleted = useFolderWithDeleted(drive.id, folder, showDeleted);
  // Where what was deleted can’t be listed, the rest still is.
  const plain = useFolder(drive.id, folder, !showDeleted || withDeleted.isError);
  const files = showDeleted && !withDeleted.isError ? withDeleted : plain;
  const forget = useForgetFiles(drive.id);
  const download = useDownload(drive.id);
  const restore = useRestore(drive.id);
  const notice = useNotice();
  const [asking, setAsking] = useState<Asking>(null);
  const [over, setOver] = useState(false);
  // Menus are a large part of the code and nobody opens one in the first second.
  useEffect(() => whenIdle(() => void loadFileMenu()), []);
  const depth = useRef(0);
  const address = (path: string) => `/drives/${drive.id}/files${path === '' ? '' : `?path=${encodeURIComponent(path)}`}`;
  const previewOf = (path: string) => `${address(folder)}${folder === '' ? '?' : '&'}preview=${encodeURIComponent(path)}`;
  const entries: Listed[] = foldersFirst(files === withDeleted ? (withDeleted.data?.items ?? []) : (plain.data ?? []));
  const listed = useGradually(entries);
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
        void bringDropped(drive.id, folder, droppedFiles(event.dataTransfer)).then((unreadable) => unreadable > 0 && notice(`${formatNumber(unreadable)} of what was dropped can’t be read.`));
      }}
    >
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
            {mayWrite ? <UploadButtons driveId={drive.id} folder={folder} /> : <span className="pill">Read-only</span>}
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
              {listed.map((entry) => (
                <FileRow
                  key={`${entry.type} ${entry.path}`}
                  entry={entry}
                  address={entry.type === 'folder' ? address(entry.path) : previewOf(entry.path)}
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
        {previewed !== null && (
          <Preview
            driveId={drive.id}
            path={previewed}
            files={entries.filter((entry) => entry.type === 'file' && entry.addressable && !entry.deleted)}
            onShow={(path) => navigate(previewOf(path), { replace: true, state: history.state as unknown })}
            onDownload={(path) => download.mutate({ path })}
            // Whoever came from the list goes back to it; whoever came by a link has nothing behind them.
            onClose={() => ((history.state as { listed?: boolean } | null)?.listed ? history.back() : navigate(address(folder), { replace: true }))}
          />
        )}
        {asking?.what === 'find' && <FindReference onClose={() => setAsking(null)} />}
      </Suspense>
    </div>
  );
}
