import { describe, expect, it } from 'vitest';
import { Speed, timeLeft } from './speed';

describe('the speed', () => {
  it('is that of the last seconds, and unknown before there are some', () => {
    const speed = new Speed();
    expect(speed.perSecond(0)).toBeNull();
    for (let second = 0; second < 10; second++) speed.add(1_000, second * 1_000);
    expect(speed.perSecond(1_000_000)).toBeNull();
    expect(speed.perSecond(10_000)).toBe(1_000);
    for (let second = 10; second < 30; second++) speed.add(5_000, second * 1_000);
    expect(speed.perSecond(30_000)).toBe(5_000);
    speed.forget();
    expect(speed.perSecond(30_000)).toBeNull();
  });

  it('makes a time that is as rough as it is known', () => {
    expect(timeLeft(100, null)).toBeNull();
    expect([5, 25, 60, 600, 3_600, 20_000, 1_000_000].map((seconds) => timeLeft(seconds * 10, 10))).toEqual([
      'a few seconds left',
      '30 seconds left',
      'about a minute left',
      '10 minutes left',
      'about an hour left',
      '6 hours left',
      'more than two days left',
    ]);
  });
});
