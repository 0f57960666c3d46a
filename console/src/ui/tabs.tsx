import type { ReactNode } from 'react';
import { Go, type Target } from './link';
import css from './tabs.module.css';

export interface Tab extends Target {
  id: string;
  label: string;
  count?: number;
}

/** The parts of one thing, each with its own address. */
export function Tabs({ label, tabs, open }: { label: string; tabs: Tab[]; open: string }): ReactNode {
  return (
    <nav aria-label={label} className={css['tabs']}>
      {tabs.map((tab) => (
        <Go key={tab.id} to={tab.to} search={tab.search ?? {}} aria-current={tab.id === open ? 'page' : undefined}>
          {tab.label}
          {tab.count !== undefined && <span className={css['count']}>{tab.count.toLocaleString('en-US')}</span>}
        </Go>
      ))}
    </nav>
  );
}
