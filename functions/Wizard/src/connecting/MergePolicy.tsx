import { useState } from 'react';
import Ask from '../shell/Ask';
import { Code, pretty } from '../shell/Code';
import { Field, Textarea } from '../shell/controls';
import { useMergedPolicy } from './queries';

/** Their bucket policy in, the same with our statements out. */
export default function MergePolicy({ path, anonymous = false, onClose }: { path: string; anonymous?: boolean; onClose: () => void }) {
  const merge = useMergedPolicy(path, anonymous);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const submit = () => {
    try {
      const present: unknown = JSON.parse(text);
      if (typeof present !== 'object' || present === null || Array.isArray(present)) throw new Error('A policy is an object in braces.');
      setProblem(undefined);
      merge.mutate(present);
    } catch (error) {
      setProblem(`That isn’t a policy yet: ${error instanceof Error ? error.message : 'it can’t be read as JSON'}`);
    }
  };
  if (merge.data !== undefined)
    return (
      <Ask title="Your policy with ours in it" act="Merge another" close="Done" onAct={() => merge.reset()} onClose={onClose}>
        <p>Paste this into the bucket policy editor in place of what is there, and save. Your own statements are unchanged.</p>
        <Code title="Merged bucket policy" what="the merged bucket policy" text={pretty(merge.data)} />
      </Ask>
    );
  return (
    <Ask
      title="Merge into my bucket’s policy"
      act="Merge"
      acting="Merging …"
      busy={merge.isPending}
      disabled={text.trim() === ''}
      error={merge.error}
      onAct={submit}
      onClose={onClose}
    >
      <p>Copy the policy that the bucket has now and paste it here. It is not stored.</p>
      <Field label="Present bucket policy" validationState={problem ? 'error' : 'none'} validationMessage={problem}>
        <Textarea value={text} onChange={(_, data) => setText(data.value)} rows={10} spellCheck={false} className="mono-area" />
      </Field>
    </Ask>
  );
}
