import type { HealthEntry, HealthStatus } from '../api/contract';

/** A time during which a drive had one status. Times are milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
  status: HealthStatus;
  problem: string | null;
}

/** One bar of the timeline: a calendar day of the reader's. */
export interface Day {
  from: number;
  to: number;
  /** The part of it of which something is known, in milliseconds. */
  known: number;
  spans: Span[];
}

/** What the drive was from when until when, within a window; nothing is said of the time before it was connected. */
export function spansOf(history: readonly HealthEntry[], from: number, to: number): Span[] {
  const changes = history.map((entry) => ({ at: Date.parse(entry.at), entry })).sort((a, b) => a.at - b.at);
  const spans: Span[] = [];
  changes.forEach(({ at, entry }, index) => {
    const start = Math.max(at, from);
    const end = Math.min(changes[index + 1]?.at ?? to, to);
    if (end <= start) return;
    const before = spans.at(-1);
    if (before && before.status === entry.status && before.problem === entry.problem && before.to === start) before.to = end;
    else spans.push({ from: start, to: end, status: entry.status, problem: entry.problem });
  });
  return spans;
}

/** The last days in the reader's calendar, the oldest first; the last is today until now. */
export function daysOf(spans: readonly Span[], now: number, count = 30): Day[] {
  const days: Day[] = [];
  for (let back = count - 1; back >= 0; back--) {
    const midnight = new Date(now);
    midnight.setHours(0, 0, 0, 0);
    midnight.setDate(midnight.getDate() - back);
    const next = new Date(midnight);
    next.setDate(next.getDate() + 1);
    const [from, to] = [midnight.getTime(), next.getTime()];
    const inside = spans
      .filter((span) => span.to > from && span.from < to)
      .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }));
    days.push({ from, to, known: inside.reduce((sum, span) => sum + span.to - span.from, 0), spans: inside });
  }
  return days;
}

/** The share of the known time that the drive was healthy, 0 to 1; null when nothing is known. */
export function healthyShare(spans: readonly Span[]): number | null {
  let known = 0;
  let healthy = 0;
  for (const span of spans) {
    if (span.status === 'unknown') continue;
    known += span.to - span.from;
    if (span.status === 'healthy') healthy += span.to - span.from;
  }
  return known === 0 ? null : healthy / known;
}

const order: HealthStatus[] = ['unreachable', 'degraded', 'unknown', 'healthy'];

/** What was worst on a day; null when nothing is known of it. */
export const worstOf = (day: Day): HealthStatus | null => order.find((status) => day.spans.some((span) => span.status === status)) ?? null;
