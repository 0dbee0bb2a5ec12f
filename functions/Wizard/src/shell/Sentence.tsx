import { Code, pretty } from './Code';
import { splitFix, titleOf } from './splitFix';

/** What the server says, with a policy statement that it ends with set apart, to be copied. */
export function Sentence({ text }: { text: string }) {
  const { words, statement } = splitFix(text);
  return (
    <>
      {words}
      {statement !== null && <Code title={titleOf(statement)} what={`the ${titleOf(statement).toLowerCase()}`} text={pretty(statement)} />}
    </>
  );
}
