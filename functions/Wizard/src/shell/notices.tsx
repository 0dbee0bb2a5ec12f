import { DismissRegular } from '@fluentui/react-icons';
import { createContext, use, useCallback, useEffect, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { Button } from './controls';

const NoticeContext = createContext<(text: string) => void>(() => undefined);

interface Notice {
  text: string;
  at: number;
  /** The dialog that was open: nothing outside of it can be seen or heard while it is. */
  within: Element | null;
}

/** Says a short sentence that needs no answer, to eyes and to screen readers. */
export const useNotice = () => use(NoticeContext);

export function NoticeProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<Notice | null>(null);
  // The dialog that asked closes with the answer, so its end is waited for.
  const tell = useCallback(
    (text: string) => void setTimeout(() => setNotice({ text, at: Date.now(), within: document.querySelector('dialog[open]') })),
    [],
  );
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setNotice(null), 6000);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- each notice has a time of its own
  }, [notice?.at]);
  useEffect(() => {
    // The answer may be shown before the dialog that asked has gone; it must not go with it.
    const dialog = notice?.within;
    if (!dialog) return;
    const outlive = () => setNotice((now) => now && { ...now, within: null });
    if (!dialog.isConnected || !dialog.hasAttribute('open')) outlive();
    dialog.addEventListener('close', outlive);
    return () => dialog.removeEventListener('close', outlive);
  }, [notice?.within]);
  const text = notice && (
    <div className="notice" key={notice.at}>
      <span>{notice.text}</span>
      <Button
        appearance="transparent"
        size="small"
        icon={<DismissRegular />}
        aria-label="Dismiss"
        onClick={() => setNotice(null)}
        className="notice-button"
      />
    </div>
  );
  const within = notice?.within?.isConnected ? notice.within : null;
  return (
    <NoticeContext value={tell}>
      <div className="notice-area" role="status" aria-live="polite">
        {!within && text}
      </div>
      {children}
      {within &&
        createPortal(
          <div className="notice-area within" role="status">
            {text}
          </div>,
          within,
        )}
    </NoticeContext>
  );
}
