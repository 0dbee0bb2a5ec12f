/** What changes how the text around it is read, or can't be seen: control characters, and those that turn or isolate the direction of writing. */
const unseen = /[\p{Cc}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;

/** A name that somebody else gave, so that what is read is what is there: characters that can't be seen stand as their numbers. */
export const shown = (name: string): string =>
  name.replace(unseen, (character) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`);
