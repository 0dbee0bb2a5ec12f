/** Does what nobody waits for once the page has nothing more urgent to do, after two seconds at the latest. */
export function whenIdle(act: () => void): () => void {
  const handle = requestIdleCallback(act, { timeout: 2000 });
  return () => cancelIdleCallback(handle);
}

/** Brings code before it is needed; without a network that is left to whoever needs it. */
export const loadWhenIdle = (load: () => Promise<unknown>): (() => void) =>
  whenIdle(() => {
    if (navigator.onLine) void load().catch(() => undefined);
  });
