import { describe, expect, it } from 'vitest';
import { roundUp } from './scale';

describe('the axis of a plot', () => {
  it('ends at a round number that nothing stands out above', () => {
    expect([0, 1, 3, 7, 11, 340, 999, 1000, 1001].map((value) => roundUp(value))).toEqual([1, 1, 4, 10, 20, 400, 1000, 1000, 2000]);
  });

  it('ends at a round number of the unit that bytes are shown in', () => {
    expect(roundUp(730_000_000, 1000)).toBe(1_000_000_000);
    expect(roundUp(12_000, 1000)).toBe(20_000);
    expect(roundUp(1, 1000)).toBe(1);
  });
});
