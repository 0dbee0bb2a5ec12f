import { Button } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { createContext, use, useCallback, useEffect, useState, type ReactNode } from 'react';

const NoticeContext = createContext<(text: string) => void>(() => undefined);

/** Says a short sentence that needs no answer, to eyes and to screen readers. */
export const useNotice = () => use(NoticeContext);

export function NoticeProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<{ text: string; at: number } | null>(null);
  const tell = useCallback((text: string) => setNotice({ text, at: Date.now() }), []);
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setNotice(null), 6000);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <NoticeContext value={tell}>
      {children}
      <div className="notice-area" role="status" aria-live="polite">
        {notice && (
          <div className="notice" key={notice.at}>
            <span>{notice.text}</span>
            <Button appearance="transparent" size="small" icon={<DismissRegular />} aria-label="Dismiss" onClick={() => setNotice(null)} className="notice-button" />
          </div>
        )}
      </div>
    </NoticeContext>
  );
}
