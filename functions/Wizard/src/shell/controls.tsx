import { CheckmarkCircle12Filled, ErrorCircle12Filled, Warning12Filled } from '@fluentui/react-icons';
import { createContext, use, useId, type ChangeEvent, type ComponentProps, type ReactNode } from 'react';
import './controls.css';

/*
 * Fluent UI's buttons and fields, drawn by a style sheet instead of by scripts: the first page is full of them, and on a slow machine
 * Fluent's own take a third of the time until it is there. What isn't on a first page (menus, checkboxes, progress) is Fluent's.
 */

interface Look {
  appearance?: 'secondary' | 'primary' | 'outline' | 'subtle' | 'transparent';
  size?: 'small' | 'medium' | 'large';
  icon?: ReactNode;
  iconPosition?: 'before' | 'after';
}

export type ButtonProps = Look & (({ as?: 'button' } & ComponentProps<'button'>) | ({ as: 'a' } & ComponentProps<'a'>));

export function Button({
  appearance = 'secondary',
  size = 'medium',
  icon,
  iconPosition = 'before',
  className = '',
  children,
  ...rest
}: ButtonProps) {
  const look = `button ${appearance} ${size} ${icon && children == null ? 'icon-only' : ''} ${className}`;
  const drawing = icon && (
    <span className={`button-icon ${iconPosition}`} aria-hidden="true">
      {icon}
    </span>
  );
  const content = (
    <>
      {iconPosition === 'before' && drawing}
      {children}
      {iconPosition === 'after' && drawing}
    </>
  );
  if (rest.as === 'a') {
    const { as: _, ...link } = rest;
    return (
      <a className={look} {...link}>
        {content}
      </a>
    );
  }
  const { as: _, ...button } = rest;
  return (
    <button type="button" className={look} {...button}>
      {content}
    </button>
  );
}

interface ControlOfField {
  id: string;
  'aria-describedby'?: string | undefined;
  'aria-invalid'?: true | undefined;
  'aria-required'?: true | undefined;
}

const FieldContext = createContext<ControlOfField | null>(null);

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  required?: boolean | undefined;
  validationState?: 'none' | 'error' | 'warning' | 'success';
  validationMessage?: ReactNode;
  className?: string;
  children: ReactNode;
}

const marks = { none: null, error: <ErrorCircle12Filled />, warning: <Warning12Filled />, success: <CheckmarkCircle12Filled /> };

/** A control with its label, a hint, and what is wrong with it. */
export function Field({ label, hint, required, validationState = 'none', validationMessage, className = '', children }: FieldProps) {
  const id = useId();
  const [hintId, messageId] = [hint ? `${id}hint` : '', validationMessage ? `${id}message` : ''];
  const control: ControlOfField = {
    id,
    'aria-describedby': `${messageId} ${hintId}`.trim() || undefined,
    'aria-invalid': validationState === 'error' || undefined,
    'aria-required': required || undefined,
  };
  return (
    <div className={`field ${className}`}>
      <label htmlFor={id}>
        {label}
        {required && (
          <span className="field-required" aria-hidden="true">
            *
          </span>
        )}
      </label>
      <FieldContext value={control}>{children}</FieldContext>
      {validationMessage && (
        <div
          id={messageId}
          className={`field-note field-message ${validationState}`}
          role={validationState === 'error' || validationState === 'warning' ? 'alert' : undefined}
        >
          <span aria-hidden="true">{marks[validationState]}</span>
          {validationMessage}
        </div>
      )}
      {hint && (
        <div id={hintId} className="field-note">
          {hint}
        </div>
      )}
    </div>
  );
}

type Typed<T extends 'input' | 'select' | 'textarea'> = Omit<ComponentProps<T>, 'onChange' | 'size'> & {
  onChange?: (event: ChangeEvent<HTMLInputElement & HTMLSelectElement & HTMLTextAreaElement>, data: { value: string }) => void;
};

const told = (onChange: Typed<'input'>['onChange']) =>
  onChange &&
  ((event: ChangeEvent<HTMLInputElement & HTMLSelectElement & HTMLTextAreaElement>) => onChange(event, { value: event.target.value }));

export type InputProps = Typed<'input'> & { contentBefore?: ReactNode };

export function Input({ contentBefore, className = '', onChange, ...rest }: InputProps) {
  return (
    <span className={`control ${className}`}>
      {contentBefore && <span className="control-before">{contentBefore}</span>}
      <input {...use(FieldContext)} {...rest} onChange={told(onChange)} />
    </span>
  );
}

export function Select({ className = '', onChange, ...rest }: Typed<'select'>) {
  return (
    <span className={`control control-select ${className}`}>
      <select {...use(FieldContext)} {...rest} onChange={told(onChange)} />
    </span>
  );
}

export function Textarea({ className = '', onChange, ...rest }: Typed<'textarea'>) {
  return (
    <span className={`control ${className}`}>
      <textarea {...use(FieldContext)} {...rest} onChange={told(onChange)} />
    </span>
  );
}
