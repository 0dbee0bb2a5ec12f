import { useEffect } from 'react';
import type { VerificationReport } from '../api/contract';
import { useWatched } from '../api/useWatched';
import { useForgetDrives } from './queries';

export const isComplete = (report: VerificationReport) => report.completedAt !== null;

/** A verification goes on when its tab is left: what comes of it changes the drive on whichever tab is shown. */
export default function VerificationWatch({
  driveId,
  report: id,
  onCompleted,
}: {
  driveId: string;
  report: string;
  onCompleted: () => void;
}) {
  const { value: report } = useWatched<VerificationReport>(`/api/drives/${driveId}/verifications/${encodeURIComponent(id)}`, isComplete);
  const forget = useForgetDrives();
  const completed = report?.completedAt;
  useEffect(() => {
    if (!completed) return;
    forget();
    onCompleted();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it completes
  }, [completed]);
  return null;
}
