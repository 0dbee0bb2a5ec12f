import { HardDriveRegular, MoreHorizontalRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import type { Drive } from '../api/contract';
import { Button } from '../shell/controls';
import { usePerson } from '../shell/person';
import { Health } from './Health';

const CardMenu = lazy(() => import('./CardMenu'));

export function DriveCard({ drive }: { drive: Drive }) {
  const person = usePerson();
  const [button, setButton] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  return (
    <div className="drive-card-place">
      <Link href={`/drives/${drive.id}`} className="drive-card">
        <div className="drive-card-head">
          <span className="drive-icon" aria-hidden="true">
            <HardDriveRegular />
          </span>
          <div className="stack tight">
            <h2>{drive.displayName}</h2>
            <p className="mono">
              {drive.bucket}
              {drive.path && `/${drive.path}`}
            </p>
            <p className="quiet">{drive.region}</p>
          </div>
        </div>
        <div className="drive-card-foot">
          {drive.state === 'disconnecting' ? <span className="quiet">Being removed …</span> : <Health status={drive.health.status} />}
          <span className="row" style={{ gap: 6 }}>
            <DefaultMarks drive={drive} />
            <span className="pill">{person.audienceName(drive.audience)}</span>
          </span>
        </div>
      </Link>
      {person.mayConnect(drive.audience) && drive.state === 'connected' && (
        <div className="drive-card-menu">
          <Button
            ref={setButton}
            appearance="subtle"
            icon={<MoreHorizontalRegular />}
            title="More"
            aria-label={`More for ${drive.displayName}`}
            aria-haspopup="menu"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          />
          {open && button && (
            <Suspense>
              <CardMenu
                drive={drive}
                button={button}
                onClose={() => {
                  setOpen(false);
                  button.focus();
                }}
              />
            </Suspense>
          )}
        </div>
      )}
    </div>
  );
}

export function DefaultMarks({ drive }: { drive: Drive }) {
  const person = usePerson();
  return (
    <>
      {drive.default.organization && <span className="pill brand-pill">Default of the organization</span>}
      {drive.default.workspaces.map((id) => (
        <span key={id} className="pill brand-pill">
          Default of {person.workspaceName(id)}
        </span>
      ))}
    </>
  );
}
