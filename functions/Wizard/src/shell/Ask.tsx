import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { Button } from './controls';
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
export default function Ask({
  title,
  children,
  act,
  acting,
  busy = false,
  disabled = false,
  danger,
  error,
  close = 'Cancel',
  wide = false,
  onAct,
  onClose,
}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const safe = !danger;
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    // A field is what people came for. Without one, the answer; but never the one that destroys.
    const first =
      element.querySelector<HTMLElement>('input:not([type="radio"], [hidden], [readonly]), select, textarea') ??
      element.querySelector<HTMLElement>(safe ? '[type="submit"]' : '[data-close]') ??
      element.querySelector<HTMLElement>('[data-close]');
    first?.focus();
    // Closing it, rather than only taking it away, gives the focus back to where it was.
    return () => element.close();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a dialog opens once
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'dialog wide-dialog' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          if (!busy && !disabled) onAct?.();
        }}
      >
        <h2 id={id} className="dialog-title">
          {title}
        </h2>
        <div className="dialog-content">
          {children}
          {error != null && <ProblemNotice error={error} />}
        </div>
        <div className="dialog-actions">
          <Button data-close onClick={onClose} disabled={busy} type="button">
            {close}
          </Button>
          {act && (
            <Button appearance="primary" type="submit" disabled={busy || disabled} className={danger ? 'danger' : ''}>
              {busy ? (acting ?? `${act} …`) : act}
            </Button>
          )}
        </div>
      </form>
    </dialog>
  );
}
