/** The sentence, and the JSON object that it ends with, if it does. */
export function splitFix(text: string): { words: string; statement: unknown } {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start || text.slice(end + 1).trim().length > 1) return { words: text, statement: null };
  try {
    return { words: text.slice(0, start).trim(), statement: JSON.parse(text.slice(start, end + 1)) as unknown };
  } catch {
    return { words: text, statement: null };
  }
}

/** A policy has statements; anything else is one of them. */
export const titleOf = (statement: unknown): string =>
  typeof statement === 'object' && statement !== null && 'Statement' in statement ? 'Policy' : 'Statement';
