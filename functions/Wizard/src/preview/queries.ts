import { useQuery } from '@tanstack/react-query';
import { call, newKey, send } from '../api/client';
import type { PreviewLink } from '../api/contract';
import { asProblem, type Problem } from '../api/problem';
import { decode } from './decode';

export const contentOf = (driveId: string, path: string): string => `/api/drives/${driveId}/content?path=${encodeURIComponent(path)}`;

/** The beginning of a file. */
export interface Beginning {
  /** Null where it is no text. */
  text: string | null;
  /** Whether there is more of it. */
  cut: boolean;
}

/** Reads the beginning of a file, with the person's token and never more than this many bytes. */
export const useBeginning = (driveId: string, path: string, most: number, size: number | null) =>
  useQuery<Beginning, Problem>({
    queryKey: ['preview', driveId, path, most],
    ...(size === 0 ? { initialData: { text: '', cut: false } } : {}),
    gcTime: 60_000,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      let response: Response;
      try {
        response = await send(contentOf(driveId, path), { signal, headers: { Range: `bytes=0-${most - 1}` } });
      } catch (error) {
        // An empty file has no first byte.
        if (asProblem(error).status === 416) return { text: '', cut: false };
        throw error;
      }
      const size = Number(/\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1] ?? Number.NaN);
      const bytes = await firstOf(response, most);
      return { text: decode(bytes), cut: size > most };
    },
  });

/** At most this many bytes, however many come; those before the end of a coding that the range has cut. */
async function firstOf(response: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(most);
  const reader = response.body!.getReader();
  let length = 0;
  try {
    while (length < most) {
      const { done, value } = await reader.read();
      if (done) break;
      const some = value.subarray(0, most - length);
      bytes.set(some, length);
      length += some.length;
    }
    await reader.cancel();
  } catch (error) {
    if (length === 0 || !(error instanceof TypeError)) throw error;
  }
  return bytes.subarray(0, length);
}

/** A link of a few minutes, for elements that fetch without a token. */
export const usePreviewLink = (driveId: string, path: string) =>
  useQuery<PreviewLink, Problem>({
    queryKey: ['preview-link', driveId, path],
    gcTime: 0,
    staleTime: Infinity,
    refetchOnReconnect: false,
    queryFn: ({ signal }) =>
      call<PreviewLink>(`/api/drives/${driveId}/preview-links`, { method: 'POST', body: { path }, idempotencyKey: newKey(), signal }),
  });
