import { describe, expect, it } from 'vitest';
import { splitFix } from './splitFix';

describe('a fix', () => {
  it('is split where its statement begins', () => {
    expect(splitFix('Add to the policy of the role x: {"Effect":"Allow","Action":"s3:PutObject"}')).toEqual({
      words: 'Add to the policy of the role x:',
      statement: { Effect: 'Allow', Action: 's3:PutObject' },
    });
  });

  it('stays whole without one, or with braces that are none', () => {
    for (const text of ['Enable the key.', 'Replace ${aws:username} by the name.', 'Remove {"a":1} from the policy, then verify again.'])
      expect(splitFix(text)).toEqual({ words: text, statement: null });
  });
});
