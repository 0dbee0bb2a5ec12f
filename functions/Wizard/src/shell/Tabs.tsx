import { useEffect, useRef } from 'react';
import { Link } from 'wouter';

interface Props {
  /** What the tabs belong to, for screen readers. */
  label: string;
  tabs: readonly { href: string; name: string; id: string }[];
  current: string;
}

/** Parts of a page, each with an address of its own. */
export function Tabs({ label, tabs, current }: Props) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen the tab that is open may be out of sight.
    const [all, tab] = [bar.current, bar.current?.querySelector<HTMLElement>('[aria-current]')];
    if (!all || !tab) return;
    // Also when resized.
    const watch = new ResizeObserver(() => (all.scrollLeft = tab.offsetLeft - all.offsetLeft - (all.clientWidth - tab.offsetWidth) / 2));
    watch.observe(all);
    return () => watch.disconnect();
  }, [current]);
  return (
    <nav ref={bar} className="tab-nav" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.id} href={tab.href} aria-current={tab.id === current ? 'page' : undefined} data-name={tab.name}>
          {tab.name}
        </Link>
      ))}
    </nav>
  );
}
