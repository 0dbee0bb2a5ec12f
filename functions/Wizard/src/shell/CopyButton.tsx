import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { Button, type ButtonProps } from './controls';
import { useNotice } from './notices';

interface Props {
  text: string;
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
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      notice(`Copied ${what}.`);
    } catch {
      notice(`Your browser doesn’t let pages copy. Select ${what} and copy it yourself.`);
    }
  };
  return (
    <Button appearance={appearance} size={size} icon={copied ? <CheckmarkRegular /> : <CopyRegular />} onClick={() => void copy()} aria-label={copied ? `Copied ${what}` : label === 'Copy' ? `Copy ${what}` : `${label}: ${what}`}>
      {copied ? 'Copied' : label}
    </Button>
  );
}
