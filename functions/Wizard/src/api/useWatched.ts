import { useEffect, useState } from 'react';
import { send } from './client';
import { asProblem, type Problem } from './problem';

export interface Watched<T> {
  value: T | null;
  problem: Problem | null;
  /** The server doesn't answer just now; we keep asking. */
  offline: boolean;
  /** Takes what another call answered, and watches on from there. */
  replace: (value: T) => void;
}

/** A resource as it is now, and again whenever it changes: a long poll that survives restarts of the server. */
export function useWatched<T>(path: string | null, isOver: (value: T) => boolean): Watched<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [offline, setOffline] = useState(false);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    void (async () => {
      let etag = '';
      let waits = true;
      let failures = 0;
      while (!stop.signal.aborted) {
        try {
          const response = await send(`${path}${etag && waits ? '?wait=20' : ''}`, {
            signal: stop.signal,
            timeout: 40_000,
            ...(etag ? { headers: { 'If-None-Match': etag } } : {}),
          });
          failures = 0;
          setOffline(false);
          waits = true;
          if (response.status === 304) continue;
          const next = (await response.json()) as T;
          const nextTag = response.headers.get('etag') ?? '';
          setValue(next);
          setProblem(null);
          if (isOver(next)) return;
          if (!nextTag || nextTag === etag) await pause(1500);
          etag = nextTag;
        } catch (error) {
          if (stop.signal.aborted) return;
          const known = asProblem(error);
          if (!known.passing && known.status !== 500) {
            setProblem(known);
            return;
          }
          // As many reads wait as may at once: this one asks now and then instead.
          if (known.code === 'too-many-waiting') {
            waits = false;
            await pause(5000);
            continue;
          }
          failures++;
          setOffline(true);
          await pause(Math.min(1000 * 2 ** failures, 15_000));
        }
      }
    })();
    return () => stop.abort();
  }, [path, isOver, turn]);
  return {
    value,
    problem,
    offline,
    replace: (next) => {
      setValue(next);
      setTurn((now) => now + 1);
    },
  };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
