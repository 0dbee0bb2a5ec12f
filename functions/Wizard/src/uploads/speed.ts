/** Milliseconds over which the speed is taken: long enough to be steady, short enough to follow the network. */
const span = 10_000;
/** Milliseconds until there is a figure at all. */
const least = 1_500;

/** How fast bytes go out. */
export class Speed {
  private marks: { at: number; bytes: number }[] = [];

  /** Bytes that went out since the last time. */
  add(bytes: number, now: number): void {
    const last = this.marks.at(-1);
    // A mark for each tenth of a second, however often something is reported.
    if (last && now - last.at < 100) last.bytes += bytes;
    else this.marks.push({ at: now, bytes });
    while (this.marks.length > 1 && this.marks[0]!.at < now - span) this.marks.shift();
  }

  /** Bytes a second; null while there is too little to go by. */
  perSecond(now: number): number | null {
    const recent = this.marks.filter((mark) => mark.at >= now - span);
    const from = recent[0]?.at;
    if (from === undefined || now - from < least) return null;
    const bytes = recent.reduce((sum, mark) => sum + mark.bytes, 0);
    return bytes === 0 ? null : bytes / ((now - from) / 1000);
  }

  forget(): void {
    this.marks = [];
  }
}

/** "3 minutes left": rounded, as nobody can know it better. */
export function timeLeft(bytes: number, perSecond: number | null): string | null {
  if (perSecond === null || perSecond <= 0) return null;
  const seconds = bytes / perSecond;
  if (seconds < 10) return 'a few seconds left';
  if (seconds < 55) return `${Math.ceil(seconds / 10) * 10} seconds left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes <= 1 ? 'about a minute left' : `${minutes} minutes left`;
  const hours = Math.round(seconds / 3600);
  if (hours < 48) return hours <= 1 ? 'about an hour left' : `${hours} hours left`;
  return 'more than two days left';
}
