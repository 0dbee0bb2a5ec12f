import { useRef, useState, type SyntheticEvent } from 'react';
import { Loading } from '../shell/Loading';
import { ProblemNotice } from '../shell/ProblemNotice';
import { NotShown } from './NotShown';
import { usePreviewLink } from './queries';
import type { Shown } from './Preview';

/** An image, audio or video, by a link of its own. */
export default function Media({ driveId, path, name, kind, onDownload }: Shown & { kind: 'image' | 'audio' | 'video' }) {
  const link = usePreviewLink(driveId, path);
  const [failed, setFailed] = useState(false);
  const at = useRef(0);
  if (link.error) return <ProblemNotice error={link.error} retry={() => void link.refetch()} />;
  if (failed) return <NotShown why="This browser can’t show it." onDownload={onDownload} />;
  if (!link.data) return <Loading what="the file" lines={1} height={160} />;
  const { url, expiresAt } = link.data;
  const onError = (event: SyntheticEvent<HTMLElement>) => {
    // Looked at for longer than the link lives, it goes on by a new one where it was.
    if (Date.now() < Date.parse(expiresAt)) return setFailed(true);
    if (event.currentTarget instanceof HTMLMediaElement) at.current = event.currentTarget.currentTime;
    void link.refetch();
  };
  const onLoadedMetadata = (event: SyntheticEvent<HTMLMediaElement>) => {
    if (at.current > 0) event.currentTarget.currentTime = at.current;
  };
  if (kind === 'image') return <img className="preview-image" src={url} alt={name} onError={onError} />;
  if (kind === 'audio')
    return (
      <audio
        className="preview-audio"
        src={url}
        controls
        preload="metadata"
        aria-label={name}
        onError={onError}
        onLoadedMetadata={onLoadedMetadata}
      />
    );
  return (
    <video
      className="preview-video"
      src={url}
      controls
      playsInline
      preload="metadata"
      aria-label={name}
      onError={onError}
      onLoadedMetadata={onLoadedMetadata}
    />
  );
}
