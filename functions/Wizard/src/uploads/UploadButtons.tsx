import { ArrowUploadRegular, FolderArrowUpRegular } from '@fluentui/react-icons';
import { useEffect, useRef } from 'react';
import { Button } from '../shell/controls';
import { bringPicked } from './bring';
import { lookForInterrupted } from './interruptions';
// The frame shows it later on; without a network it couldn’t be loaded any more by then.
import './UploadDock';

interface Props {
  driveId: string;
  /** Where to. */
  folder: string;
}

const takesFolders = 'webkitdirectory' in HTMLInputElement.prototype;

/** Picks files, or a folder with what is in it, to be uploaded. */
export function UploadButtons({ driveId, folder }: Props) {
  const files = useRef<HTMLInputElement>(null);
  const folders = useRef<HTMLInputElement>(null);
  useEffect(() => void lookForInterrupted(), []);
  const onChange = (event: React.ChangeEvent<HTMLInputElement>) => {
    bringPicked(driveId, folder, event.target.files);
    event.target.value = '';
  };
  return (
    <>
      {takesFolders && (
        <Button className="upload-folder" icon={<FolderArrowUpRegular />} onClick={() => folders.current?.click()}>
          Upload a folder
        </Button>
      )}
      <Button appearance="primary" icon={<ArrowUploadRegular />} onClick={() => files.current?.click()}>
        Upload files
      </Button>
      <input ref={files} type="file" multiple hidden aria-label="Files to upload" onChange={onChange} />
      <input ref={folders} type="file" webkitdirectory="" hidden aria-label="Folder to upload" onChange={onChange} />
    </>
  );
}
