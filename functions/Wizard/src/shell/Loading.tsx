import { useEffect, useState } from 'react';

/** Placeholder lines in the place of what is coming; past a second it also says what it waits for. */
export function Loading({ what, lines = 3, height = 56 }: { what: string; lines?: number; height?: number }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 1000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" role="status" aria-live="polite">
      <p className={slow ? 'loading-words' : 'loading-words hidden'}>{slow ? `Still loading ${what} …` : ''}</p>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="skeleton" style={{ blockSize: height }} aria-hidden="true" />
      ))}
    </div>
  );
}
