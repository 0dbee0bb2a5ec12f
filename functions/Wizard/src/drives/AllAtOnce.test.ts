import { expect, test } from 'vitest';
import type { Check } from '../api/contract';
import { missing } from './AllAtOnce';

const check = (fix: string | null) => ({ fix }) as Check;
const statement = (action: string) => JSON.stringify({ Effect: 'Allow', Action: action, Resource: 'arn:aws:s3:::acme/*' });

test('statements for the same policy come together, each once', () => {
  const found = missing([
    check(`Add to the policy of the user drives: ${statement('s3:GetObject')}`),
    check(`Add to the policy of the user drives: ${statement('s3:PutObject')}`),
    check(`Add to the policy of the user drives: ${statement('s3:GetObject')}`),
    check(`Add to another policy: ${statement('s3:DeleteObject')}`),
    check('Ask the administrators of your AWS organization.'),
    check(null),
  ]);
  expect(found).toHaveLength(1);
  expect(found[0]!.where).toBe('Add to the policy of the user drives');
  expect(found[0]!.statements).toHaveLength(2);
});
