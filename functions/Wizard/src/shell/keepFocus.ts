/**
 * Keeps the focus in the page. When what has the focus goes (a row that was deleted, a dialog whose button is no longer there), a browser gives it to the
 * body, where keyboards and screen readers start from the top. It goes to the heading of the part that is left instead.
 */
export function keepFocus(): () => void {
  let last: Element | null = null;
  let around: Element[] = [];
  const remember = (event: FocusEvent) => {
    if (!(event.target instanceof Element) || event.target === document.body) return;
    last = event.target;
    around = [];
    for (let parent = last.parentElement; parent && parent !== document.body; parent = parent.parentElement) around.push(parent);
  };
  const look = () => {
    if (!last || last.isConnected || (document.activeElement !== document.body && document.activeElement !== null)) return;
    // A dialog that closes gives the focus back by itself, and what is drawn next may take it.
    setTimeout(() => {
      if (!last || last.isConnected || (document.activeElement !== document.body && document.activeElement !== null)) return;
      const left = around.find((element) => element.isConnected && element.closest('main, dialog'));
      focusHeading(left ?? document.querySelector('main') ?? document.body);
    }, 50);
  };
  document.addEventListener('focusin', remember);
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('focusin', remember);
    observer.disconnect();
  };
}

/** Gives the focus to the first heading in or above an element. */
export function focusHeading(within: Element, scroll = false): boolean {
  let heading: HTMLElement | null = null;
  for (let element: Element | null = within; element && !heading; element = element.parentElement)
    heading = element.querySelector<HTMLElement>('h1, h2, h3');
  if (!heading) return false;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: !scroll });
  return document.activeElement === heading;
}

/** Waits for the heading of a page whose code or content is still on its way. */
export function focusHeadingOf(main: HTMLElement): () => void {
  const within = () => main.querySelector('h1') !== null && focusHeading(main);
  if (within()) return () => undefined;
  main.focus({ preventScroll: true });
  const observer = new MutationObserver(() => {
    // Whoever has gone on meanwhile stays where they are.
    if (document.activeElement !== main && document.activeElement !== document.body) observer.disconnect();
    else if (within()) observer.disconnect();
  });
  observer.observe(main, { childList: true, subtree: true });
  const timer = setTimeout(() => observer.disconnect(), 5000);
  return () => {
    observer.disconnect();
    clearTimeout(timer);
  };
}
