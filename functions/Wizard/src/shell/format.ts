/** Makes a format when it is first used: each costs the browser milliseconds, which a page that shows none needn't wait for. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

const dateTime = lazily(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }));
const moment = lazily(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }));
const date = lazily(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }));
const relative = lazily(() => new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }));
const day = lazily(() => new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }));
const percent = lazily(() => new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 }));
const number = lazily(() => new Intl.NumberFormat());

export const formatDateTime = (value: string | number | Date): string => dateTime().format(new Date(value)).replaceAll(' ', '\u00a0');
/** To the second, for what may have happened twice in a minute. */
export const formatMoment = (value: string): string => moment().format(new Date(value)).replaceAll(' ', '\u00a0');
export const formatDate = (value: string | number | Date): string => date().format(new Date(value));
export const formatDay = (value: number): string => day().format(value);
/** A share of 0 to 1; what is not whole is never rounded up to it. */
export const formatPercent = (share: number): string => percent().format(share === 1 ? 1 : Math.min(share, 0.9999));
export const formatNumber = (value: number): string => number().format(value);

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "5 minutes ago", "in 3 days". */
export function formatRelative(value: string, now = Date.now()): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  for (const [unit, length] of steps) if (Math.abs(seconds) >= length) return relative().format(Math.round(seconds / length), unit);
  return relative().format(0, 'second');
}

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Bytes in decimal units, in the reader's locale. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < sizes.length - 1) {
    value /= 1000;
    step++;
  }
  const digits = value < 10 && step > 0 ? 1 : 0;
  const format = (sizeFormats[step * 2 + digits] ??= new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: sizes[step]!,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }));
  return format.format(value);
}

/** US dollars; of less than a cent as much as says something. */
export const formatDollars = (value: number): string =>
  new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency: 'USD',
    ...(value > 0 && value < 0.1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 }),
  }).format(value);

/** By step and digits; a list of files has a size in each line. */
const sizeFormats: Intl.NumberFormat[] = [];

export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000
    ? new Intl.NumberFormat(undefined, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 }).format(milliseconds)
    : new Intl.NumberFormat(undefined, { style: 'unit', unit: 'second', maximumFractionDigits: 1 }).format(milliseconds / 1000);
}
