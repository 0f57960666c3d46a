import type { ReactNode } from 'react';
import { Go } from './link';
import css from './tabs.module.css';

export interface Tab {
  id: string;
  label: string;
  to: string;
  count?: number;
}

/** The parts of one thing, each with its own address. */
export function Tabs({ label, tabs, open }: { label: string; tabs: Tab[]; open: string }): ReactNode {
  return (
    <nav aria-label={label} className={css['tabs']}>
      {tabs.map((tab) => (
        <Go key={tab.id} to={tab.to} aria-current={tab.id === open ? 'page' : undefined}>
          {tab.label}
          {tab.count !== undefined && <span className={css['count']}>{tab.count.toLocaleString('en-US')}</span>}
        </Go>
      ))}
    </nav>
  );
}
