import type { UsageDay } from '../api/contract';
import { formatDay } from '../shell/format';
import { roundUp } from './scale';

interface Props {
  days: readonly UsageDay[];
  /** What is drawn of a day, in and out. */
  of: (day: UsageDay) => { in: number; out: number };
  /** Bytes step by thousands. */
  base: 10 | 1000;
  format: (value: number) => string;
  /** The whole in a sentence, for who doesn't see it. */
  summary: string;
}

/** The left margin has room for "100 bytes" in the large letters of a phone. */
const [width, height, left, bottom, top] = [720, 230, 128, 32, 20];

/** Two bars for each day; the table below has the same in numbers. */
export function UsagePlot({ days, of, base, format, summary }: Props) {
  const values = days.map(of);
  const end = roundUp(Math.max(...values.flatMap((value) => [value.in, value.out])), base);
  const slot = (width - left) / days.length;
  const bar = Math.min(Math.max(slot * 0.38, 1), 16);
  const y = (value: number) => top + (height - top - bottom) * (1 - value / end);
  const tall = (value: number) => (value > 0 ? Math.max(height - bottom - y(value), 2) : 0);
  const every = Math.ceil(days.length / 6);
  return (
    <svg className="usage-plot" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary}>
      {(end % 2 === 0 ? [0, end / 2, end] : [0, end]).map((value) => (
        <g key={value}>
          <line className="usage-line" x1={left} x2={width} y1={y(value)} y2={y(value)} />
          <text className="usage-text" x={left - 8} y={y(value) + 4} textAnchor="end">
            {value > 0 && format(value)}
          </text>
        </g>
      ))}
      {days.map((day, index) => {
        const middle = left + slot * (index + 0.5);
        const value = values[index]!;
        return (
          <g key={day.day}>
            <title>{`${dayName(day.day)}: ${format(value.in)} in, ${format(value.out)} out`}</title>
            <rect className="usage-slot" x={middle - slot / 2} y={top} width={slot} height={height - top - bottom} />
            <rect
              className="usage-in"
              x={middle - bar - 0.5}
              width={bar}
              y={height - bottom - tall(value.in)}
              height={tall(value.in)}
              rx={Math.min(2, bar / 2)}
            />
            <rect
              className="usage-out"
              x={middle + 0.5}
              width={bar}
              y={height - bottom - tall(value.out)}
              height={tall(value.out)}
              rx={Math.min(2, bar / 2)}
            />
            {index % every === 0 && (
              <text className="usage-text" x={middle} y={height - 8} textAnchor="middle">
                {dayName(day.day)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

/** Days are UTC's; at noon none of them is another day here. */
export const dayName = (day: string): string => formatDay(Date.parse(`${day}T12:00:00Z`));
