import { asProblem } from '../api/problem';
import { Button } from './controls';
import { MessageBar } from './MessageBar';
import { Sentence } from './Sentence';

/** What went wrong and what to do about it. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  return (
    <MessageBar
      intent="error"
      title={problem.title}
      action={
        retry && (
          <Button size="small" onClick={retry}>
            Try again
          </Button>
        )
      }
    >
      <Sentence text={problem.message} />
      {problem.traceId && <span className="trace"> Trace id: {problem.traceId}</span>}
    </MessageBar>
  );
}
