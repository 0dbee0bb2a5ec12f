import { Code, pretty } from './Code';
import { splitFix } from './splitFix';

/** What the server says, with a policy statement that it ends with set apart, to be copied. */
export function Sentence({ text }: { text: string }) {
  const { words, statement } = splitFix(text);
  return (
    <>
      {words}
      {statement !== null && <Code title="Statement" what="the statement" text={pretty(statement)} />}
    </>
  );
}
