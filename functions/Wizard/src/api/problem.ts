import type { ProblemBody } from './contract';

/** What went wrong with a call, in words that say what to do about it. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: Record<string, string[]>;
  readonly traceId: string | undefined;
  /** The body as it came: some answers carry more, such as a verification report. */
  readonly body: ProblemBody & Record<string, unknown>;

  constructor(status: number, body: ProblemBody & Record<string, unknown>) {
    super(body.detail ?? advice(status));
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'offline' : `http-${status}`);
    this.title = body.title ?? titleOf(status);
    this.errors = body.errors ?? {};
    this.traceId = body.traceId;
    this.body = body;
  }

  /** Whether trying the same again may work. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }

  /** The first message for any of these field names. */
  fieldMessage(...names: string[]): string | undefined {
    for (const name of names) {
      const messages = this.errors[name];
      if (messages?.length) return messages.join(' ');
    }
    return undefined;
  }
}

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem
    ? error
    : new Problem(-1, { title: 'Something unexpected happened', detail: error instanceof Error ? error.message : String(error) });

function titleOf(status: number): string {
  if (status === 0) return 'The server can’t be reached';
  if (status === 401) return 'Your session has ended';
  if (status === 403) return 'That isn’t yours to do';
  if (status === 404) return 'Not found';
  if (status === 429) return 'Too many requests';
  return status >= 500 ? 'The server had a problem' : 'That didn’t work';
}

function advice(status: number): string {
  if (status === 0) return 'Check your network connection, then try again. Nothing that was saved is lost.';
  if (status === 401) return 'Sign in again; you will come back to where you are.';
  if (status === 403) return 'Ask an admin of your organization to do it, or to give you the right role.';
  if (status === 404) return 'It was removed, or it belongs to a workspace that you are no member of.';
  if (status === 429) return 'Wait a few seconds, then try again.';
  return status >= 500
    ? 'Try again in a moment. If it stays, give the trace id to your operator.'
    : 'Look over what you entered and try again.';
}
