import {
  ArrowClockwiseRegular,
  ArrowDownloadRegular,
  ArrowUploadRegular,
  DeleteRegular,
  DismissRegular,
  FolderAddRegular,
  FolderArrowRightRegular,
  FolderRegular,
  SearchRegular,
} from '@fluentui/react-icons';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { Drive } from '../api/contract';
import { Button } from '../shell/controls';
import { formatNumber } from '../shell/format';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { useNotice } from '../shell/notices';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { loadWhenIdle } from '../shell/whenIdle';
import { bringDropped } from '../uploads/bring';
import { droppedFiles } from '../uploads/dropped';
import { UploadButtons } from '../uploads/UploadButtons';
import type { Ask } from './FileMenu';
import { loadFileMenu } from './FileMenuButton';
import { FileRow, isSelectable, type Listed } from './FileRow';
import { useArchive, useShownOperations } from './operations';
import { folderOf, nameOf, sorted, trailOf, type SortBy } from './paths';
import { useDownload, useFolder, useFolderWithDeleted, useForgetFiles, useRestore } from './queries';
import { RowIcons } from './RowIcon';
import { useGradually } from './useGradually';
import './files.css';

const DeleteFile = lazy(() => import('./DeleteFile'));
const DeleteMany = lazy(() => import('./DeleteMany'));
const MakeFolder = lazy(() => import('./MakeFolder'));
const MoveFiles = lazy(() => import('./MoveFiles'));
const OperationList = lazy(() => import('./OperationList'));
const RenameFile = lazy(() => import('./RenameFile'));
const MakeReference = lazy(() => import('./MakeReference'));
const FileVersions = lazy(() => import('./FileVersions'));
const ShareFile = lazy(() => import('../sharing/ShareFile'));
const FindReference = lazy(() => import('./FindReference'));
const Preview = lazy(() => import('../preview/Preview'));

type Asking =
  { what: Exclude<Ask, 'move'>; file: Listed } | { what: 'delete-many' | 'move'; files: Listed[] } | { what: 'find' | 'folder' } | null;

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
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [order, setOrder] = useState<{ by: SortBy; descending: boolean } | null>(null);
  const archive = useArchive(drive.id);
  const operations = useShownOperations(drive.id);
  const everRan = useRef(false);
  everRan.current ||= operations.length > 0;
  useEffect(() => setChosen(new Set()), [folder]);
  // Menus are a large part of the code and nobody opens one in the first second.
  useEffect(() => loadWhenIdle(loadFileMenu), []);
  const depth = useRef(0);
  const address = (path: string) => `/drives/${drive.id}/files${path === '' ? '' : `?path=${encodeURIComponent(path)}`}`;
  const previewOf = (path: string) => `${address(folder)}${folder === '' ? '?' : '&'}preview=${encodeURIComponent(path)}`;
  const loaded: readonly Listed[] | undefined = files === withDeleted ? withDeleted.data?.items : plain.data;
  const entries = useMemo(() => sorted<Listed>(loaded ?? [], order?.by ?? null, order?.descending ?? false), [loaded, order]);
  const listed = useGradually(entries);
  const selectable = useMemo(() => entries.filter(isSelectable), [entries]);
  const selected = chosen.size === 0 ? [] : selectable.filter((entry) => chosen.has(keyOf(entry)));
  const begun = () => (setChosen(new Set()), setAsking(null));
  const mayWrite = drive.access !== 'readOnly';
  const drop = (next: number) => {
    depth.current = Math.max(0, next);
    setOver(depth.current > 0);
  };
  if (drive.state === 'disconnecting')
    return <p className="lead">The drive is being removed; its files can’t be reached from here any more.</p>;
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
        void bringDropped(drive.id, folder, droppedFiles(event.dataTransfer)).then(
          (unreadable) => unreadable > 0 && notice(`${formatNumber(unreadable)} of what was dropped can’t be read.`),
        );
      }}
    >
      {everRan.current && (
        <Suspense>
          <OperationList driveId={drive.id} onEnded={forget} />
        </Suspense>
      )}
      <section className={over ? 'card files over' : 'card files'} aria-label="Files">
        <div className="files-bar">
          <nav aria-label="Folder" className="trail">
            <ol>
              <li>
                {folder === '' ? (
                  <span aria-current="location">{drive.displayName}</span>
                ) : (
                  <Link href={address('')} className="link">
                    {drive.displayName}
                  </Link>
                )}
              </li>
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
              <input type="checkbox" role="switch" checked={showDeleted} onChange={(event) => setShowDeleted(event.target.checked)} /> Show
              deleted files
            </label>
            <Button appearance="subtle" icon={<SearchRegular />} onClick={() => setAsking({ what: 'find' })}>
              Find by reference
            </Button>
            <Button
              appearance="subtle"
              icon={<ArrowClockwiseRegular />}
              aria-label="Look again"
              title="Look again"
              disabled={files.isFetching}
              onClick={forget}
            />
            {mayWrite && (
              <Button appearance="subtle" icon={<FolderAddRegular />} onClick={() => setAsking({ what: 'folder' })}>
                New folder
              </Button>
            )}
            {mayWrite ? <UploadButtons driveId={drive.id} folder={folder} /> : <span className="pill">Read-only</span>}
          </div>
        </div>
        {files.error && <ProblemNotice error={files.error} retry={() => void files.refetch()} />}
        {showDeleted && withDeleted.error && <ProblemNotice error={withDeleted.error} retry={() => void withDeleted.refetch()} />}
        {showDeleted && withDeleted.data?.versioned === false && (
          <p className="lead" role="status">
            The bucket keeps no versions, so what is deleted or replaced here is gone for good.
          </p>
        )}
        {download.error && <ProblemNotice error={download.error} />}
        {restore.error && <ProblemNotice error={restore.error} />}
        {archive.error && <ProblemNotice error={archive.error} />}
        {selected.length > 0 && (
          <div className="row selection" role="group" aria-label="Selected files">
            <span role="status">{selected.length} selected</span>
            <Button size="small" icon={<FolderArrowRightRegular />} onClick={() => setAsking({ what: 'move', files: selected })}>
              Move or copy
            </Button>
            <Button
              size="small"
              icon={<ArrowDownloadRegular />}
              disabled={archive.isPending || selected.length > 100}
              title={selected.length > 100 ? 'A ZIP takes 100 files and folders; select their folder instead' : undefined}
              onClick={() =>
                archive.mutate({ paths: selected.map((entry) => entry.path), name: folder === '' ? drive.displayName : nameOf(folder) })
              }
            >
              {archive.isPending ? 'Making the ZIP …' : 'Download as ZIP'}
            </Button>
            {mayWrite && (
              <Button size="small" icon={<DeleteRegular />} onClick={() => setAsking({ what: 'delete-many', files: selected })}>
                Delete
              </Button>
            )}
            <Button
              size="small"
              appearance="subtle"
              icon={<DismissRegular />}
              aria-label="Select nothing"
              title="Select nothing"
              onClick={() => setChosen(new Set())}
            />
          </div>
        )}
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
        {entries.length > 0 && <RowIcons />}
        {entries.length > 0 && (
          <table className="table files-table">
            <thead>
              <tr>
                <td className="select">
                  <input
                    type="checkbox"
                    aria-label="Select all that are shown"
                    checked={selected.length > 0 && selected.length === selectable.length}
                    disabled={selectable.length === 0}
                    onChange={(event) => setChosen(new Set(event.target.checked ? selectable.map(keyOf) : []))}
                  />
                </td>
                <SortHeader by="name" words="Name" order={order} onOrder={setOrder} />
                <SortHeader by="size" words="Size" end order={order} onOrder={setOrder} />
                <SortHeader by="changed" words="Changed" order={order} onOrder={setOrder} />
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
                  onGo={() =>
                    entry.type === 'folder' ? navigate(address(entry.path)) : navigate(previewOf(entry.path), { state: { listed: true } })
                  }
                  mayWrite={mayWrite}
                  busy={
                    (download.isPending && download.variables.path === entry.path) ||
                    (restore.isPending && restore.variables.path === entry.path)
                  }
                  selected={chosen.has(keyOf(entry))}
                  onSelect={(on) => setChosen(new Set(on ? [...chosen, keyOf(entry)] : [...chosen].filter((key) => key !== keyOf(entry))))}
                  onDownload={() => download.mutate({ path: entry.path })}
                  onUndelete={() =>
                    restore.mutate({ path: entry.path }, { onSuccess: () => notice(`${shown(nameOf(entry.path))} is there again.`) })
                  }
                  onAsk={(what) =>
                    setAsking(
                      what === 'move'
                        ? { what, files: [entry] }
                        : what === 'delete' && entry.type === 'folder'
                          ? { what: 'delete-many', files: [entry] }
                          : { what, file: entry },
                    )
                  }
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
        {asking?.what === 'delete' && (
          <DeleteFile
            driveId={drive.id}
            file={asking.file}
            onClose={() => setAsking(null)}
            onDeleted={(name) => (notice(`Deleted ${name}.`), setAsking(null))}
          />
        )}
        {asking?.what === 'delete-many' && (
          <DeleteMany driveId={drive.id} files={asking.files} onClose={() => setAsking(null)} onDeleted={begun} />
        )}
        {asking?.what === 'folder' && (
          <MakeFolder
            driveId={drive.id}
            folder={folder}
            onClose={() => setAsking(null)}
            onMade={(name) => (notice(`Made the folder ${name}.`), setAsking(null))}
          />
        )}
        {asking?.what === 'rename' && <RenameFile driveId={drive.id} file={asking.file} onClose={() => setAsking(null)} />}
        {asking?.what === 'move' && (
          <MoveFiles drive={drive} files={asking.files} folder={folder} onClose={() => setAsking(null)} onBegun={begun} />
        )}
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
            onClose={() =>
              (history.state as { listed?: boolean } | null)?.listed ? history.back() : navigate(address(folder), { replace: true })
            }
          />
        )}
        {asking?.what === 'find' && <FindReference onClose={() => setAsking(null)} />}
      </Suspense>
    </div>
  );
}

const keyOf = (entry: Listed): string => `${entry.type} ${entry.path}`;

interface SortProps {
  by: SortBy;
  words: string;
  end?: boolean;
  order: { by: SortBy; descending: boolean } | null;
  onOrder: (order: { by: SortBy; descending: boolean } | null) => void;
}

/** A column's name, which puts what is loaded in its order: up, down, and as it came. */
function SortHeader({ by, words, end = false, order, onOrder }: SortProps) {
  const descending = order?.by === by ? order.descending : null;
  return (
    <th
      scope="col"
      className={end ? 'end' : undefined}
      aria-sort={descending === null ? undefined : descending ? 'descending' : 'ascending'}
    >
      <button
        type="button"
        className="sort"
        onClick={() => onOrder(descending === null ? { by, descending: false } : descending ? null : { by, descending: true })}
      >
        {words}
        <span aria-hidden="true">{descending === null ? '' : descending ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
}
