/** Does what nobody waits for once the page has nothing more urgent to do, after two seconds at the latest. */
export function whenIdle(act: () => void): () => void {
  const handle = requestIdleCallback(act, { timeout: 2000 });
  return () => cancelIdleCallback(handle);
}
