import { startTransition, useEffect, useState } from 'react';

/** What fits a window, and a little more. */
const step = 25;

/** The beginning of a long list at once, and the rest bit by bit while nothing more urgent is to be done: the page takes input meanwhile. */
export function useGradually<T>(items: readonly T[]): readonly T[] {
  const [count, setCount] = useState(step);
  useEffect(() => {
    if (count < items.length) startTransition(() => setCount(count + step));
  }, [count, items.length]);
  return items.length <= count ? items : items.slice(0, count);
}
