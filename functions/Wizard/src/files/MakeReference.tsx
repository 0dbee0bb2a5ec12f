import { useEffect } from 'react';
import Ask from '../shell/Ask';
import { Code } from '../shell/Code';
import { ProblemNotice } from '../shell/ProblemNotice';
import { shown } from '../shell/shown';
import { nameOf } from './paths';
import { useReference } from './queries';

/** A stable id for one file. */
export default function MakeReference({ driveId, path, onClose }: { driveId: string; path: string; onClose: () => void }) {
  const make = useReference(driveId);
  const { mutate } = make;
  useEffect(() => mutate(path), [mutate, path]);
  return (
    <Ask title={`Reference to ${shown(nameOf(path))}`} act={null} close="Done" onClose={onClose}>
      <p>
        Give this ID to other systems: it stands for this file on this drive, reads it by the API, and tells whether the file has changed
        since. It stops working for good when the drive is removed.
      </p>
      {make.data ? (
        <Code title="Reference" what="the reference" text={make.data.id} />
      ) : (
        !make.error && <p role="status">Making the reference …</p>
      )}
      {make.data && (
        <p className="quiet">
          Read it at <span className="mono">GET /api/files/{make.data.id}/content</span>.
        </p>
      )}
      {make.error && <ProblemNotice error={make.error} retry={() => mutate(path)} />}
    </Ask>
  );
}
