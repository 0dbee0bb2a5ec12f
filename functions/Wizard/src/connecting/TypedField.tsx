import { useState, type ClipboardEvent } from 'react';
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
  placeholder?: string | undefined;
  list?: string;
  autoComplete?: string;
  mono?: boolean;
  name: string;
  onType: (value: string) => void;
  /** Takes what is suggested, where that is more than another text for this field. */
  onUse?: () => void;
  /** Gets the pasted text before the field does, since a one-line field drops line breaks. Returns true if the field shall not take it. */
  onPasted?: (text: string) => boolean;
}

/** A text field that is checked while it is typed: it complains once the person has left it, and praises at once. */
export function TypedField({
  label,
  hint,
  value,
  verdict,
  refused,
  insist = false,
  required = false,
  type = 'text',
  placeholder,
  list,
  autoComplete = 'off',
  mono,
  name,
  onType,
  onUse,
  onPasted,
}: Props) {
  const [left, setLeft] = useState(false);
  const [refusedValue, setRefusedValue] = useState<{ message: string; value: string } | null>(null);
  if (refused && refusedValue?.message !== refused) setRefusedValue({ message: refused, value });
  const fromServer = refused && refusedValue?.value === value ? refused : undefined;
  const suggestion = verdict?.suggestion;
  const speaks = insist || (left && value.trim() !== '') || (value.trim() !== '' && suggestion !== undefined);
  const problem = fromServer ?? (verdict && !verdict.ok && speaks ? verdict.problem : undefined);
  const warning = verdict?.ok ? verdict.warning : undefined;
  const note = verdict?.ok ? verdict.note : undefined;
  const message =
    (problem ?? warning ?? note) ? (
      <>
        {problem ?? warning ?? note}{' '}
        {suggestion !== undefined && (
          <Button size="small" appearance="outline" onClick={() => (onUse ? onUse() : onType(suggestion))}>
            {suggestion === '' ? 'Leave it empty' : `Use “${suggestion}”`}
          </Button>
        )}
      </>
    ) : undefined;
  return (
    <Field
      label={label}
      required={required}
      hint={hint}
      validationState={problem ? 'error' : warning ? 'warning' : verdict?.ok && value.trim() !== '' ? 'success' : 'none'}
      validationMessage={message}
    >
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
        onPaste={(event: ClipboardEvent<HTMLInputElement>) => {
          if (onPasted?.(event.clipboardData.getData('text'))) event.preventDefault();
        }}
      />
    </Field>
  );
}
