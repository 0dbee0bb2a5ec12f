import type { HealthStatus } from '../api/contract';
import './drives.css';

export const healthWords: Record<HealthStatus, string> = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  unreachable: 'Unreachable',
  unknown: 'Not checked yet',
};

/** Health in a colour, a shape and a word. */
export const Health = ({ status }: { status: HealthStatus }) => (
  <span className={`health ${status}`}>
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {status === 'healthy' && <circle cx="6" cy="6" r="5" />}
      {status === 'degraded' && <path d="M6 .8 11.6 11H.4z" />}
      {status === 'unreachable' && <rect x="1" y="1" width="10" height="10" rx="1.5" />}
      {status === 'unknown' && <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="2" />}
    </svg>
    {healthWords[status]}
  </span>
);
