import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { asProblem } from '../api/problem';
import { Button, type ButtonProps } from './controls';
import { useNotice } from './notices';

interface Props {
  /** What to copy, or how to get it. */
  text: string | (() => Promise<string>);
  /** What is copied: "the trust policy". */
  what: string;
  label?: string;
  appearance?: ButtonProps['appearance'];
  size?: ButtonProps['size'];
}

export function CopyButton({ text, what, label = 'Copy', appearance = 'subtle', size = 'small' }: Props) {
  const [copied, setCopied] = useState(false);
  const notice = useNotice();
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    let ready: string;
    try {
      ready = typeof text === 'string' ? text : await text();
    } catch (error) {
      notice(`${what[0]!.toUpperCase()}${what.slice(1)} can’t be copied: ${asProblem(error).message}`);
      return;
    }
    try {
      await navigator.clipboard.writeText(ready);
      setCopied(true);
      notice(`Copied ${what}.`);
    } catch {
      notice(`Your browser doesn’t let pages copy. Select ${what} and copy it yourself.`);
    }
  };
  return (
    <Button
      appearance={appearance}
      size={size}
      icon={copied ? <CheckmarkRegular /> : <CopyRegular />}
      onClick={() => void copy()}
      aria-label={copied ? `Copied ${what}` : label === 'Copy' ? `Copy ${what}` : `${label}: ${what}`}
    >
      {copied ? 'Copied' : label}
    </Button>
  );
}
