import type { ReactNode } from 'react';
import css from './filters.module.css';

/** A line of conditions above a list; they wrap where the screen is narrow. */
export function Filters({ children }: { children: ReactNode }): ReactNode {
  return (
    <div role="search" className={css['filters']}>
      {children}
    </div>
  );
}

/** Two fields that stand for the ends of one stretch. */
export function Range({ from, to }: { from: ReactNode; to: ReactNode }): ReactNode {
  return (
    <div className={css['range']}>
      {from}
      <span aria-hidden="true" className="dim">
        –
      </span>
      {to}
    </div>
  );
}

/** Fields of a form, one below the other, no wider than they are read well. */
export function Fields({ children }: { children: ReactNode }): ReactNode {
  return <div className={css['fields']}>{children}</div>;
}
