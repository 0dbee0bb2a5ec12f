import { useNotice } from './notices';

/** The end of a dialog that did what it was asked: it says so, and closes. */
export function useDone(onClose: () => void): (text: string) => () => void {
  const notice = useNotice();
  return (text) => () => {
    notice(text);
    onClose();
  };
}
