import type { ReactNode } from 'react';
import css from './plain-table.module.css';

interface Props {
  /** What it is, for who does not see the heading above it. */
  label?: string;
  caption?: ReactNode;
  /** The columns; one of numbers is written `{ num: … }`, and its cells have the class `num`. */
  heads?: readonly (string | { num: string })[];
  /** The rows. */
  children: ReactNode;
}

/** A small table that is read, no more. What is sorted, opened or read page by page is a `DataTable`. */
export function PlainTable({ label, caption, heads = [], children }: Props): ReactNode {
  return (
    <table className={css['plain']} aria-label={label}>
      {caption !== undefined && <caption className="sm sub">{caption}</caption>}
      {heads.length > 0 && (
        <thead>
          <tr>
            {heads.map((head) => {
              const [name, numbers] = typeof head === 'string' ? [head, false] : [head.num, true];
              return (
                <th key={name} scope="col" className={numbers ? 'num' : undefined}>
                  {name}
                </th>
              );
            })}
          </tr>
        </thead>
      )}
      <tbody>{children}</tbody>
    </table>
  );
}
