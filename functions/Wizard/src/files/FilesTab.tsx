import { Menu, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { ArrowClockwiseRegular, ArrowDownloadRegular, ArrowUploadRegular, DeleteRegular, DocumentRegular, FolderRegular, LinkRegular, MoreHorizontalRegular, SearchRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useReducer, useRef, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { Drive, FileEntry } from '../api/contract';
import { Button } from '../shell/controls';
import { formatDateTime, formatSize } from '../shell/format';
import { Loading } from '../shell/Loading';
import { More } from '../shell/More';
import { useNotice } from '../shell/notices';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { droppedFiles } from './dropped';
import { foldersFirst, nameOf, trailOf } from './paths';
import { useDownload, useFolder, useForgetFiles } from './queries';
import { goesThroughServer, tryDirectlyAgain } from './transfer';
import { UploadList } from './UploadList';
import { useUploads } from './uploads';
import './files.css';

const CorsHint = lazy(() => import('./CorsHint'));
const DeleteFile = lazy(() => import('./DeleteFile'));
const MakeReference = lazy(() => import('./MakeReference'));
const FindReference = lazy(() => import('./FindReference'));

type Asking = { what: 'delete' | 'reference'; file: FileEntry } | { what: 'find' } | null;

/** The files of a drive: look through them, bring some, take some, delete some. */
export default function FilesTab({ drive }: { drive: Drive }) {
  const [search] = useSearchParams();
  const folder = (search.get('path') ?? '').replace(/^\/+|\/+$/g, '');
  const files = useFolder(drive.id, folder);
  const forget = useForgetFiles(drive.id);
  const uploads = useUploads(drive.id, forget);
  const download = useDownload(drive.id);
  const notice = useNotice();
  const [asking, setAsking] = useState<Asking>(null);
  const [over, setOver] = useState(false);
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const picker = useRef<HTMLInputElement>(null);
  const depth = useRef(0);
  const address = (path: string) => `/drives/${drive.id}/files${path === '' ? '' : `?path=${encodeURIComponent(path)}`}`;
  const entries = foldersFirst(files.data ?? []);
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
        {download.error && <ProblemNotice error={download.error} />}
        {files.isPending && <Loading what="the folder" lines={4} height={44} />}
        {files.data && entries.length === 0 && (
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
                <tr key={`${entry.type} ${entry.path}`}>
                  <th scope="row" className="file-name">
                    {entry.type === 'folder' ? <FolderRegular aria-hidden="true" /> : <DocumentRegular aria-hidden="true" />}
                    {entry.type === 'folder' && entry.addressable ? (
                      <Link href={address(entry.path)} className="link">
                        {nameOf(entry.shownAs ?? entry.path)}
                        <span className="visually-hidden"> (folder)</span>
                      </Link>
                    ) : (
                      <span>
                        {nameOf(entry.shownAs ?? entry.path) || (entry.shownAs ?? entry.path)}
                        {!entry.addressable && <span className="quiet block">Another program gave it a name that can’t be reached here.</span>}
                      </span>
                    )}
                  </th>
                  <td className="end nowrap">{entry.size === null ? '' : formatSize(entry.size)}</td>
                  <td className="nowrap">{entry.lastModified && <time dateTime={entry.lastModified}>{formatDateTime(entry.lastModified)}</time>}</td>
                  <td className="end nowrap">
                    {entry.type === 'file' && entry.addressable && (
                      <>
                        <Button appearance="subtle" icon={<ArrowDownloadRegular />} title="Download" aria-label={`Download ${nameOf(entry.shownAs ?? entry.path)}`} disabled={download.isPending && download.variables === entry.path} onClick={() => download.mutate(entry.path)} />
                        <Menu positioning="below-end">
                          <MenuTrigger disableButtonEnhancement>
                            <Button appearance="subtle" icon={<MoreHorizontalRegular />} title="More" aria-label={`More for ${nameOf(entry.shownAs ?? entry.path)}`} />
                          </MenuTrigger>
                          <MenuPopover>
                            <MenuList>
                              <MenuItem icon={<LinkRegular />} onClick={() => setAsking({ what: 'reference', file: entry })}>
                                Make a reference
                              </MenuItem>
                              {mayWrite && (
                                <MenuItem icon={<DeleteRegular />} onClick={() => setAsking({ what: 'delete', file: entry })}>
                                  Delete
                                </MenuItem>
                              )}
                            </MenuList>
                          </MenuPopover>
                        </Menu>
                      </>
                    )}
                  </td>
                </tr>
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
        {asking?.what === 'find' && <FindReference onClose={() => setAsking(null)} />}
      </Suspense>
    </div>
  );
}
