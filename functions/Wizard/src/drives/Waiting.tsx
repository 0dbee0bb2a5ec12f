import { useEffect, useState } from 'react';
import type { Retrying } from '../api/contract';
import { Button } from '../shell/controls';
import { MessageBar } from '../shell/MessageBar';
import { Sentence } from '../shell/Sentence';

interface Props {
  retrying: Retrying;
  /** Ends the waiting; null where it can't be ended. */
  stop: { act: () => void; busy: boolean } | null;
}

/** What AWS refuses and is asked again: the likely cause at once, and how long it may still be only on its way. */
export function Waiting({ retrying, stop }: Props) {
  const left = useSecondsUntil(retrying.until);
  // What counts stands outside of the message: a screen reader would read all of it again each second.
  return (
    <>
      <MessageBar intent="warning" title="AWS refuses this so far">
        <div className="stack tight">
          <div>{retrying.explanation ? <Sentence text={retrying.explanation} /> : 'AWS allows what it has to refuse.'}</div>
          {retrying.fix && (
            <div>
              <strong>If it stays so:</strong> <Sentence text={retrying.fix} />
            </div>
          )}
        </div>
      </MessageBar>
      <p className="quiet">
        <span className="mono">{retrying.permission ?? retrying.check}</span> was asked {retrying.tries}{' '}
        {retrying.tries === 1 ? 'time' : 'times'}. A change that was made a moment ago may still be on its way through AWS, so it is asked
        again
        {left > 0 ? `, for ${left} more ${left === 1 ? 'second' : 'seconds'} at most.` : ' once more.'}
      </p>
      {stop && (
        <div>
          <Button disabled={stop.busy} onClick={stop.act}>
            {stop.busy ? 'Stopping …' : 'Stop and change'}
          </Button>
        </div>
      )}
    </>
  );
}

function useSecondsUntil(time: string): number {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((Date.parse(time) - now) / 1000));
}

/** The time that something has taken so far, which shows that it goes on. */
export function Elapsed({ since }: { since: string }) {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  return <span aria-hidden="true">{seconds > 1 && `${seconds} s`}</span>;
}
