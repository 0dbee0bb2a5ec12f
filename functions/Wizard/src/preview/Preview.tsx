import { ArrowDownloadRegular, ChevronLeftRegular, ChevronRightRegular, DismissRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { nameOf } from '../files/paths';
import { Button } from '../shell/controls';
import { formatNumber, formatSize } from '../shell/format';
import { Loading } from '../shell/Loading';
import { shown } from '../shell/shown';
import { kindOf } from './kinds';
import './preview.css';

const Media = lazy(() => import('./Media'));
const Text = lazy(() => import('./Text'));
const Pdf = lazy(() => import('./Pdf'));

/** What each way to show a file needs. */
export interface Shown {
  driveId: string;
  path: string;
  name: string;
  /** Bytes; null where that isn’t known. */
  size: number | null;
  onDownload: () => void;
}

interface Props {
  driveId: string;
  path: string;
  /** The files that are listed, in their order. */
  files: readonly { path: string; size: number | null }[];
  onShow: (path: string) => void;
  onDownload: (path: string) => void;
  onClose: () => void;
}

/** A file over the page, with the ones before and after it. */
export default function Preview({ driveId, path, files, onShow, onDownload, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    body.current?.focus();
    return () => element.close();
  }, []);
  useEffect(() => {
    body.current?.scrollTo({ top: 0, left: 0 });
  }, [path]);
  const index = files.findIndex((file) => file.path === path);
  const before = index > 0 ? files[index - 1] : undefined;
  const after = index >= 0 ? files[index + 1] : undefined;
  const name = shown(nameOf(path));
  const size = files[index]?.size ?? null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || usesArrows(event.target as HTMLElement)) return;
    const to = event.key === 'ArrowLeft' ? before : event.key === 'ArrowRight' ? after : undefined;
    if (!to) return;
    event.preventDefault();
    onShow(to.path);
  };
  return (
    <dialog
      ref={dialog}
      className="preview"
      aria-labelledby="preview-title"
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="preview-head">
        <div className="preview-name">
          <h2 id="preview-title" className="preview-title">
            {name}
          </h2>
          <p className="quiet" role="status">
            <span className="visually-hidden">{name}, </span>
            {[index >= 0 && `${formatNumber(index + 1)} of ${formatNumber(files.length)}`, size !== null && formatSize(size)]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        <div className="preview-actions">
          <Button
            appearance="subtle"
            icon={<ChevronLeftRegular />}
            aria-label="Previous file"
            title="Previous file (←)"
            aria-keyshortcuts="ArrowLeft"
            disabled={!before}
            onClick={() => before && onShow(before.path)}
          />
          <Button
            appearance="subtle"
            icon={<ChevronRightRegular />}
            aria-label="Next file"
            title="Next file (→)"
            aria-keyshortcuts="ArrowRight"
            disabled={!after}
            onClick={() => after && onShow(after.path)}
          />
          <Button
            appearance="subtle"
            icon={<ArrowDownloadRegular />}
            aria-label={`Download ${name}`}
            title="Download"
            onClick={() => onDownload(path)}
          />
          <Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" title="Close (Esc)" onClick={onClose} />
        </div>
      </div>
      <div ref={body} className="preview-body" tabIndex={0} role="region" aria-label="Content">
        <Suspense fallback={<Loading what="the file" lines={6} />}>
          <Content key={path} driveId={driveId} path={path} name={name} size={size} onDownload={() => onDownload(path)} />
        </Suspense>
      </div>
    </dialog>
  );
}

function Content(props: Shown) {
  const kind = kindOf(props.path);
  if (kind === 'image' || kind === 'audio' || kind === 'video') return <Media {...props} kind={kind} />;
  if (kind === 'pdf') return <Pdf {...props} />;
  return <Text {...props} kind={kind} />;
}

/** Players go back and forth by the arrows, and what is wider than the window is scrolled by them. */
const usesArrows = (element: HTMLElement): boolean =>
  element.closest('audio, video, input, select, textarea') !== null || element.scrollWidth > element.clientWidth + 1;
