import { accessToken, sessionEnded } from '../signin/session';
import { Problem } from './problem';

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds until the call is given up. */
  timeout?: number;
  /** Makes a creating POST safe to repeat. */
  idempotencyKey?: string;
  /** Without a bearer token: the pages that need no account. */
  anonymous?: boolean;
}

const pauses = [300, 1200];

/** Calls the API; a call that is safe to repeat is repeated twice when the network or the server stumbles. */
export async function send(path: string, options: CallOptions = {}): Promise<Response> {
  const method = options.method ?? 'GET';
  const repeatable = method === 'GET' || method === 'HEAD' || options.idempotencyKey !== undefined;
  for (let attempt = 0; ; attempt++) {
    const problem = await sendOnce(path, method, options);
    if (!(problem instanceof Problem)) return problem;
    const pause = pauses[attempt];
    if (!repeatable || !problem.passing || pause === undefined || options.signal?.aborted) throw problem;
    await new Promise((resolve) => setTimeout(resolve, pause * (1 + Math.random() / 2)));
  }
}

const askedAhead = new Map<string, Promise<unknown>>();

/** Asks before the code is there that wants to know; who calls for the same first gets this answer. */
export function askAhead(path: string): void {
  const answer = call(path);
  answer.catch(() => undefined); // told to whoever calls for it
  askedAhead.set(path, answer);
}

export async function call<T>(path: string, options?: CallOptions): Promise<T> {
  const answer = options?.method === undefined ? askedAhead.get(path) : undefined;
  if (answer) {
    askedAhead.delete(path);
    return answer as Promise<T>;
  }
  const response = await send(path, options);
  if (response.status === 204 || response.headers.get('content-length') === '0') return undefined as T;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export const newKey = (): string => crypto.randomUUID();

async function sendOnce(path: string, method: string, options: CallOptions): Promise<Response | Problem> {
  const headers = new Headers(options.headers);
  headers.set('Accept', 'application/json, application/problem+json, text/plain;q=0.9, */*;q=0.1');
  if (options.idempotencyKey) headers.set('Idempotency-Key', options.idempotencyKey);
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  if (!options.anonymous) {
    const token = accessToken();
    if (token) headers.set('Authorization', `Bearer ${token}`);
  }

  const timeout = AbortSignal.timeout(options.timeout ?? 30_000);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return new Problem(0, {});
  }
  if (response.ok || response.status === 304) return response;
  if (response.status === 401 && !options.anonymous) sessionEnded();
  return new Problem(response.status, await bodyOf(response));
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json')) return {};
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
