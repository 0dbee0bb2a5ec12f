import { lazy, useState, type ComponentType } from 'react';

/** A page whose code is a file of its own; without a placeholder if the file is there before the page is drawn. */
export function page<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  let here: ComponentType<P> | undefined;
  const fetch = () =>
    load().then((file) => {
      here = file.default;
      return file;
    });
  const Later = lazy(fetch);
  function Page(props: P) {
    const [Code] = useState(() => here ?? Later);
    return <Code {...props} />;
  }
  return Object.assign(Page, { fetch });
}
