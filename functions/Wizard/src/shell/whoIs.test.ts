import { describe, expect, it } from 'vitest';
import { whoIs } from './whoIs';

const mia = { id: '8f14e45f', name: 'Mia Tanaka', email: 'mia@acme.example' };
const people = [mia, { id: 'twin-1', name: 'Kim Lee', email: 'kim@acme.example' }, { id: 'twin-2', name: 'Kim Lee', email: null }];

describe('whoIs', () => {
  it.each(['8f14e45f', ' 8f14e45f ', 'mia@acme.example', 'MIA@acme.example', 'mia tanaka', 'Mia Tanaka (mia@acme.example)'])(
    'knows somebody by %s',
    (text) => expect(whoIs(text, people)).toBe(mia),
  );

  it('guesses at nobody where two have the name, and tells them apart by their address', () => {
    expect(whoIs('Kim Lee', people)).toBeNull();
    expect(whoIs('kim@acme.example', people)?.id).toBe('twin-1');
  });

  it.each(['', '  ', 'mia', 'MIA@', '8F14E45F'])('takes %j for nobody', (text) => expect(whoIs(text, people)).toBeNull());
});
