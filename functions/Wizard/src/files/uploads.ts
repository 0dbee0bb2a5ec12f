import { useEffect, useReducer, useRef } from 'react';
import { asProblem, type Problem } from '../api/problem';
import { join } from './paths';
import { FileExists, transfer } from './transfer';

const atOnce = 2;

export type UploadState = 'waiting' | 'sending' | 'done' | 'failed' | 'cancelled' | 'exists';

export interface Upload {
  id: number;
  path: string;
  file: File;
  state: UploadState;
  /** Bytes. */
  sent: number;
  problem: Problem | null;
  stop: AbortController;
}

export interface Uploads {
  list: Upload[];
  /** Begins to bring files into a folder; paths may hold folders of their own. */
  add: (folder: string, files: readonly { path: string; file: File }[]) => void;
  cancel: (upload: Upload) => void;
  /** Sends it again; over what is there, if so. */
  again: (upload: Upload, replace: boolean) => void;
  clear: () => void;
}

let ids = 0;

/** The uploads onto one drive: a few at a time, each to be cancelled, none over an existing file unless somebody says so. */
export function useUploads(driveId: string, onStored: () => void): Uploads {
  const list = useRef<Upload[]>([]);
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const stored = useRef(onStored);
  stored.current = onStored;
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (list.current.some(isUnderWay)) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => {
      removeEventListener('beforeunload', warn);
      for (const upload of list.current) upload.stop.abort();
    };
  }, []);

  const change = (id: number, next: Partial<Upload>) => {
    list.current = list.current.map((upload) => (upload.id === id ? { ...upload, ...next } : upload));
    redraw();
  };
  const run = async (upload: Upload, replace: boolean) => {
    const { id, path, file, stop } = upload;
    let drawn = 0;
    change(id, { state: 'sending', sent: 0, problem: null });
    try {
      await transfer({
        driveId,
        path,
        file,
        replace,
        signal: stop.signal,
        onProgress: (sent) => {
          if (Date.now() - drawn < 100) return;
          drawn = Date.now();
          change(id, { sent });
        },
      });
      change(id, { state: 'done', sent: file.size });
      stored.current();
    } catch (error) {
      if (stop.signal.aborted) change(id, { state: 'cancelled' });
      else if (error instanceof FileExists) change(id, { state: 'exists' });
      else change(id, { state: 'failed', problem: asProblem(error) });
    }
    next();
  };
  const next = () => {
    const sending = list.current.filter((upload) => upload.state === 'sending').length;
    for (const upload of list.current.filter((other) => other.state === 'waiting').slice(0, Math.max(0, atOnce - sending))) void run(upload, replacing.current.has(upload.id));
  };
  const replacing = useRef(new Set<number>());

  return {
    list: list.current,
    add: (folder, files) => {
      list.current = [...list.current, ...files.map(({ path, file }): Upload => ({ id: ++ids, path: join(folder, path), file, state: 'waiting', sent: 0, problem: null, stop: new AbortController() }))];
      redraw();
      next();
    },
    cancel: (upload) => {
      upload.stop.abort();
      if (upload.state !== 'sending') change(upload.id, { state: 'cancelled' });
      next();
    },
    again: (upload, replace) => {
      if (replace) replacing.current.add(upload.id);
      change(upload.id, { state: 'waiting', sent: 0, problem: null, stop: new AbortController() });
      next();
    },
    clear: () => {
      list.current = list.current.filter(isUnderWay);
      redraw();
    },
  };
}

export const isUnderWay = (upload: Upload): boolean => upload.state === 'waiting' || upload.state === 'sending';
