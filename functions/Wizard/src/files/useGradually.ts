import { startTransition, useEffect, useState } from 'react';
import { whenIdle } from '../shell/whenIdle';

/** What fits a window, and a little more. */
const first = 15;

/** Few enough that a slow machine draws them in one go without keeping anybody waiting. */
const step = 10;

/** The beginning of a long list at once, and the rest bit by bit while nothing more urgent is to be done: the page takes input meanwhile. */
export function useGradually<T>(items: readonly T[]): readonly T[] {
  const [count, setCount] = useState(first);
  useEffect(() => {
    if (count < items.length) return whenIdle(() => startTransition(() => setCount(count + step)));
  }, [count, items.length]);
  return items.length <= count ? items : items.slice(0, count);
}
