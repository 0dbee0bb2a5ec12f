import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { ProblemNotice } from './ProblemNotice';

interface Props {
  title: string;
  children: ReactNode;
  /** The verb on the button; null for a dialog that only shows something. */
  act: string | null;
  acting?: string;
  busy?: boolean;
  disabled?: boolean;
  danger?: boolean;
  error?: unknown;
  close?: string;
  /** For what needs more room than a question. */
  wide?: boolean;
  onAct?: () => void;
  onClose: () => void;
}

/** A question over the page. The answer is a verb, never "OK". */
export default function Ask({ title, children, act, acting, busy, disabled, danger, error, close = 'Cancel', wide = false, onAct, onClose }: Props) {
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && !busy && onClose()}>
      <DialogSurface className={wide ? 'dialog wide-dialog' : 'dialog'}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            event.stopPropagation();
            if (!busy && !disabled) onAct?.();
          }}
        >
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className="dialog-content">
              {children}
              {error != null && <ProblemNotice error={error} />}
            </DialogContent>
            <DialogActions fluid>
              <Button onClick={onClose} disabled={busy ?? false} type="button">
                {close}
              </Button>
              {act && (
                <Button appearance="primary" type="submit" disabled={(busy ?? false) || (disabled ?? false)} className={danger ? 'danger' : ''}>
                  {busy ? (acting ?? `${act} …`) : act}
                </Button>
              )}
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
