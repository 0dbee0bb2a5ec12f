import { useState } from 'react';
import { Button, Field, Input, type InputProps } from '../shell/controls';
import type { Verdict } from './awsShapes';

interface Props {
  label: string;
  hint?: string;
  value: string;
  verdict?: Verdict;
  /** What the server said of this field, until it is changed. */
  refused?: string | undefined;
  /** Whether to speak of an empty field yet. */
  insist?: boolean;
  required?: boolean;
  type?: InputProps['type'];
  placeholder?: string;
  list?: string;
  autoComplete?: string;
  mono?: boolean;
  name: string;
  onType: (value: string) => void;
}

/** A text field that is checked while it is typed: it complains once the person has left it, and praises at once. */
export function TypedField({ label, hint, value, verdict, refused, insist = false, required = false, type = 'text', placeholder, list, autoComplete = 'off', mono, name, onType }: Props) {
  const [left, setLeft] = useState(false);
  const [refusedValue, setRefusedValue] = useState<{ message: string; value: string } | null>(null);
  if (refused && refusedValue?.message !== refused) setRefusedValue({ message: refused, value });
  const fromServer = refused && refusedValue?.value === value ? refused : undefined;
  const problem = fromServer ?? (verdict && !verdict.ok && (insist || (left && value.trim() !== '') || (value.trim() !== '' && verdict.suggestion !== undefined)) ? verdict.problem : undefined);
  const suggestion = verdict && !verdict.ok ? verdict.suggestion : undefined;
  const warning = verdict?.ok ? verdict.warning : undefined;
  const message = problem ? (
    <>
      {problem}{' '}
      {suggestion !== undefined && (
        <Button size="small" appearance="outline" onClick={() => onType(suggestion)}>
          Use “{suggestion}”
        </Button>
      )}
    </>
  ) : (
    (warning ?? undefined)
  );
  return (
    <Field label={label} required={required} hint={hint} validationState={problem ? 'error' : warning ? 'warning' : verdict?.ok && value.trim() !== '' ? 'success' : 'none'} validationMessage={message}>
      <Input
        name={name}
        value={value}
        type={type}
        list={list}
        placeholder={placeholder}
        autoComplete={autoComplete}
        spellCheck={false}
        autoCapitalize="off"
        className={mono ? 'mono-input' : ''}
        onBlur={() => setLeft(true)}
        onChange={(_, data) => onType(data.value)}
      />
    </Field>
  );
}
