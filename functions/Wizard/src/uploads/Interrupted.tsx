import { useRef, useState } from 'react';
import { nameOf } from '../files/paths';
import { Button } from '../shell/controls';
import { formatSize } from '../shell/format';
import { shown } from '../shell/shown';
import { discard, goOn, goOnWith, useInterrupted } from './interruptions';
import type { Remembered } from './remembered';

/** Uploads that a reload or a closed tab interrupted. S3 has kept what was sent. */
export function Interrupted() {
  const list = useInterrupted();
  if (list.length === 0) return null;
  return (
    <ul className="uploads" aria-label="Interrupted uploads">
      {list.map((entry) => (
        <li key={entry.key} className="upload">
          <Row entry={entry} />
        </li>
      ))}
    </ul>
  );
}

function Row({ entry }: { entry: Remembered }) {
  const picker = useRef<HTMLInputElement>(null);
  const [other, setOther] = useState(false);
  const name = shown(nameOf(entry.path));
  return (
    <>
      <span className="upload-name" title={shown(entry.path)}>
        <span>{name}</span>
      </span>
      <span className="upload-actions">
        <Button
          size="small"
          aria-label={`Go on with ${name}`}
          onClick={() => void goOn(entry).then((goes) => goes || picker.current?.click())}
        >
          Go on
        </Button>
        <Button size="small" appearance="subtle" aria-label={`Discard ${name}`} onClick={() => void discard(entry)}>
          Discard
        </Button>
        <input
          ref={picker}
          type="file"
          hidden
          aria-label={`${name} again`}
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) setOther(!goOnWith(entry, file));
            event.target.value = '';
          }}
        />
      </span>
      <span className={other ? 'upload-note failed' : 'upload-note'} role={other ? 'alert' : undefined}>
        {other
          ? 'That is another file, or it has changed since. Choose the same one.'
          : `Interrupted · ${formatSize(entry.sent)} of ${formatSize(entry.size)} is there. Choose or drop the same file to go on.`}
      </span>
    </>
  );
}
