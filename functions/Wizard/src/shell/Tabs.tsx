import { Link } from 'wouter';

interface Props {
  /** What the tabs belong to, for screen readers. */
  label: string;
  tabs: readonly { href: string; name: string; id: string }[];
  current: string;
}

/** Parts of a page, each with an address of its own. */
export const Tabs = ({ label, tabs, current }: Props) => (
  <nav className="tab-nav" aria-label={label}>
    {tabs.map((tab) => (
      <Link key={tab.id} href={tab.href} aria-current={tab.id === current ? 'page' : undefined} data-name={tab.name}>
        {tab.name}
      </Link>
    ))}
  </nav>
);
