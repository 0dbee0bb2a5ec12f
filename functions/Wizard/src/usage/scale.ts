/** A round number that is not smaller: where the axis of a plot ends. Steps of 1, 2 and 5, so that its halves are round too. */
export function roundUp(largest: number, base = 10): number {
  if (largest <= 0) return 1;
  let step = 1;
  while (step * base < largest) step *= base;
  for (const times of base === 10 ? [1, 2, 4, 6, 10] : [1, 2, 4, 10, 20, 40, 100, 200, 400, 1000])
    if (step * times >= largest) return step * times;
  return step * base;
}
