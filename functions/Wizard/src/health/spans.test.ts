import { describe, expect, it } from 'vitest';
import { daysOf, healthyShare, spansOf, worstOf } from './spans';

const hour = 3_600_000;
const noon = new Date(2026, 10, 24, 12).getTime();
const at = (hours: number) => new Date(noon + hours * hour).toISOString();

describe('the timeline', () => {
  it('says nothing of the time before the first entry', () => {
    const spans = spansOf([{ at: at(-5), status: 'healthy', problem: null }], noon - 30 * hour, noon);
    expect(spans).toEqual([{ from: noon - 5 * hour, to: noon, status: 'healthy', problem: null }]);
  });

  it('begins with what was so when the window begins', () => {
    const spans = spansOf(
      [
        { at: at(-90), status: 'degraded', problem: 'x' },
        { at: at(-1), status: 'healthy', problem: null },
      ],
      noon - 10 * hour,
      noon,
    );
    expect(spans.map((span) => [span.status, span.to - span.from])).toEqual([
      ['degraded', 9 * hour],
      ['healthy', hour],
    ]);
  });

  it('has a bar for each calendar day, and each span in the days that it touches', () => {
    const days = daysOf(
      spansOf(
        [
          { at: at(-24), status: 'unreachable', problem: 'x' },
          { at: at(-2), status: 'healthy', problem: null },
        ],
        0,
        noon,
      ),
      noon,
    );
    expect(days).toHaveLength(30);
    expect(days.map(worstOf).slice(-3)).toEqual([null, 'unreachable', 'unreachable']);
    expect(days.at(-1)!.spans.map((span) => span.status)).toEqual(['unreachable', 'healthy']);
  });

  it('counts only the time of which something is known', () => {
    const spans = spansOf(
      [
        { at: at(-4), status: 'healthy', problem: null },
        { at: at(-3), status: 'unknown', problem: null },
        { at: at(-1), status: 'unreachable', problem: 'x' },
      ],
      0,
      noon,
    );
    expect(healthyShare(spans)).toBe(0.5);
    expect(healthyShare([])).toBeNull();
  });
});
