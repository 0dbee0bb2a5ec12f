import { describe, expect, it } from 'vitest';
import { shown } from './shown';

describe('a name', () => {
  it('shows what would turn it around', () => expect(shown('invoice\u202Efdp.exe')).toBe('invoice⟨U+202E⟩fdp.exe'));

  it('is left as it is otherwise', () => {
    for (const name of ['Überweisung #1.txt', '受信箱/請求書', 'عقد.pdf', '👩‍💻 notes'.replace('\u200D', '')]) expect(shown(name)).toBe(name);
  });
});
