/** Milliseconds. */
const patience = 10_000;
const pauses = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Whether our server answers at all. */
export async function isServerReachable(): Promise<boolean> {
  if (!navigator.onLine) return false;
  try {
    await fetch('/api/signin', { cache: 'no-store', signal: AbortSignal.timeout(patience) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether another server answers, whatever its rules for other origins are: such a request may be sent by any page, only its answer can't be read.
 * Where this succeeds and one whose answer is to be read doesn't, those rules are why.
 */
export async function isHostReachable(url: string): Promise<boolean> {
  const stop = new AbortController();
  try {
    await fetch(new URL('/', url), {
      mode: 'no-cors',
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(patience)]),
    });
    return true;
  } catch {
    return false;
  } finally {
    stop.abort();
  }
}

/** Waits until our server answers again, asking seldom and at once when the browser says that there is a network. */
export async function untilReachable(signal: AbortSignal): Promise<void> {
  for (let times = 0; !(await isServerReachable()); times++) {
    await waitOrOnline(pauses[Math.min(times, pauses.length - 1)]!, signal);
    signal.throwIfAborted();
  }
}

export const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });

async function waitOrOnline(milliseconds: number, signal: AbortSignal): Promise<void> {
  const online = new AbortController();
  const found = () => online.abort();
  addEventListener('online', found, { once: true });
  await wait(milliseconds, AbortSignal.any([signal, online.signal]));
  removeEventListener('online', found);
}
