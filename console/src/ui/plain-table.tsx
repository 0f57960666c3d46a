import { useElementSize } from '@mantine/hooks';
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

/** Room that more than three columns need, in pixels. */
const least = 480;

/** A small table that is read, no more. What is sorted, opened or read page by page is a `DataTable`. */
export function PlainTable({ label, caption, heads = [], children }: Props): ReactNode {
  const { ref: frame, width } = useElementSize();
  const table = (
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
  // Where there is no room for its columns it is moved sideways, by keyboard too.
  const narrow = heads.length > 3 && width > 0 && width < least;
  return (
    <div ref={frame} className={narrow ? css['narrow'] : undefined} {...(narrow ? { role: 'group', 'aria-label': label, tabIndex: 0 } : {})}>
      {table}
    </div>
  );
}
