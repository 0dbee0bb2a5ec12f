import { ErrorCircleRegular, WarningRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';

interface Props {
  intent: 'warning' | 'error';
  title?: ReactNode;
  /** A button that does something about it. */
  action?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** Something that people should know before they go on; what went wrong is also read out. */
export function MessageBar({ intent, title, action, className = '', children }: Props) {
  return (
    <div className={`message-bar ${intent} ${className}`} role={intent === 'error' ? 'alert' : 'status'}>
      <span className="message-bar-icon" aria-hidden="true">
        {intent === 'error' ? <ErrorCircleRegular /> : <WarningRegular />}
      </span>
      <div>
        {title && <strong className="message-bar-title">{title}</strong>}
        {children}
      </div>
      {action}
    </div>
  );
}
