import { call } from './client';
import type { Page } from './contract';

const mostPages = 20;

/** The first page of a list that is read whole. */
export const beginningOf = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}limit=200`;

/** Every item of a list, page by page; for lists that people read whole. */
export async function all<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page++) {
    const answer: Page<T> = await call<Page<T>>(
      `${beginningOf(path)}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      signal ? { signal } : {},
    );
    items.push(...answer.items);
    cursor = answer.nextCursor;
    if (!cursor) break;
  }
  return items;
}
