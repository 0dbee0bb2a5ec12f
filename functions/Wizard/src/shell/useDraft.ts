import { useEffect, useState } from 'react';

/** Keeps what is typed over a reload or a new sign-in, in this tab only. Never give it secrets. */
export function useDraft<T extends object>(name: string, initial: T): [T, (change: Partial<T>) => void, () => void] {
  const key = `draft:${name}`;
  const [value, setValue] = useState<T>(() => {
    const stored = sessionStorage.getItem(key);
    return stored ? { ...initial, ...(JSON.parse(stored) as Partial<T>) } : initial;
  });
  useEffect(() => sessionStorage.setItem(key, JSON.stringify(value)), [key, value]);
  return [
    value,
    (change) => setValue((now) => ({ ...now, ...change })),
    () => {
      setValue(initial);
      queueMicrotask(() => sessionStorage.removeItem(key));
    },
  ];
}
