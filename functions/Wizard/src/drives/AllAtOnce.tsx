import type { Check } from '../api/contract';
import { Code, pretty } from '../shell/Code';
import { splitFix } from '../shell/splitFix';

/** Where several checks failed for want of statements in the same policy: all of these statements, to be pasted once. */
export function AllAtOnce({ failed }: { failed: Check[] }) {
  return missing(failed).map(({ where, statements }) => (
    <div key={where} className="check-fix">
      <p>
        <strong>All {statements.length} statements at once.</strong> {where}, or save them as a separate policy.
      </p>
      <Code
        title={`${statements.length} statements`}
        what={`the ${statements.length} statements`}
        text={pretty({ Version: '2012-10-17', Statement: statements })}
      />
    </div>
  ));
}

/** Statements by the words that say where they are to be added; only where there is more than one. */
export function missing(failed: Check[]): { where: string; statements: unknown[] }[] {
  const byWhere = new Map<string, Map<string, unknown>>();
  for (const { fix } of failed) {
    const { words, statement } = splitFix(fix ?? '');
    if (statement === null || typeof statement !== 'object' || !('Effect' in statement) || !words.startsWith('Add to ')) continue;
    const known = byWhere.get(words) ?? new Map<string, unknown>();
    byWhere.set(words, known.set(JSON.stringify(statement), statement));
  }
  return [...byWhere]
    .filter(([, statements]) => statements.size > 1)
    .map(([words, statements]) => ({ where: words.replace(/:$/, ''), statements: [...statements.values()] }));
}
