import { lazy, Suspense, useState } from 'react';
import { Button } from '../shell/controls';
import type { Ask } from './FileMenu';
import type { Listed } from './FileRow';
import { RowIcon } from './RowIcon';

export const loadFileMenu = () => import('./FileMenu');
const FileMenu = lazy(loadFileMenu);

interface Props {
  entry: Listed;
  name: string;
  mayWrite: boolean;
  onAsk: (what: Ask) => void;
}

/** What opens a file’s menu. */
export function FileMenuButton({ entry, name, mayWrite, onAsk }: Props) {
  const [button, setButton] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        ref={setButton}
        appearance="subtle"
        icon={<RowIcon of="more" />}
        title="More"
        aria-label={`More for ${name}`}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && button && (
        <Suspense>
          <FileMenu
            entry={entry}
            mayWrite={mayWrite}
            button={button}
            onAsk={onAsk}
            onClose={() => {
              setOpen(false);
              button.focus();
            }}
          />
        </Suspense>
      )}
    </>
  );
}
