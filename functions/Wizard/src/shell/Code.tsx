import { CopyButton } from './CopyButton';

interface Props {
  text: string;
  what: string;
  title?: string;
  /** What is copied, where that is made only when it is copied. */
  fetchText?: () => Promise<string>;
}

/** Something to paste elsewhere, with its copy button. */
export function Code({ text, what, title, fetchText }: Props) {
  return (
    <figure className="code">
      <figcaption>
        <span>{title ?? what}</span>
        <CopyButton text={fetchText ?? text} what={what} />
      </figcaption>
      <pre tabIndex={0} aria-label={title ?? what}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}

export const pretty = (document: unknown): string =>
  JSON.stringify(document, null, 2).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
