import { describe, expect, it } from 'vitest';
import { decode } from './decode';
import { kindOf } from './kinds';

describe('a file', () => {
  it('is shown as what its name says, and nothing that a browser would run as more than text', () => {
    const kinds = {
      'a/b.PNG': 'image',
      'c.svg': 'image',
      'c.mp3': 'audio',
      'c.webm': 'video',
      'c.pdf': 'pdf',
      'README.md': 'markdown',
      'c.tsv': 'csv',
      'c.json': 'json',
      'c.html': 'text',
      'c.xhtml': 'text',
      'c.js': 'text',
      Dockerfile: 'text',
      'c.zip': 'unknown',
      png: 'image',
      'c.': 'unknown',
    };
    for (const [path, kind] of Object.entries(kinds)) expect(kindOf(path), path).toBe(kind);
  });

  it('is text in the coding that it is written in, also where it is cut within a character', () => {
    expect(decode(new TextEncoder().encode('Überweisung €').slice(0, -1))).toBe('Überweisung ');
    expect(decode(new Uint8Array([0xff, 0xfe, 0x41, 0, 0xe4, 0]))).toBe('Aä');
    expect(decode(new Uint8Array([0x46, 0xfc, 0x72]))).toBe('Für');
    expect(decode(new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]))).toBeNull();
  });
});
