import { Go } from '@shell/ui/link';
import type { ReactNode } from 'react';
import css from './bars.module.css';

/** A line of a bar chart: what it counts, and the address of exactly those rows. */
export interface BarRow {
  id: string;
  label: string;
  count: number;
  search: Record<string, string>;
}

/** Lines with a bar and a number each. The number says it; the bar helps the eye to compare. */
export function Bars({ label, rows }: { label: string; rows: BarRow[] }): ReactNode {
  const most = Math.max(1, ...rows.map((row) => row.count));
  return (
    <ul className={css['bars']} aria-label={label}>
      {rows.map((row) => (
        <li key={row.id}>
          {row.count === 0 ? (
            <span className={css['row']}>
              <span className={css['label']}>{row.label}</span>
              <span className={css['track']} />
              <span className={`${css['count'] ?? ''} dim`}>0</span>
            </span>
          ) : (
            <Go className={css['row']} to="/assets" search={row.search}>
              <span className={css['label']} title={row.label}>
                {row.label}
              </span>
              <span className={css['track']} aria-hidden="true">
                <span style={{ width: `${String((100 * row.count) / most)}%` }} />
              </span>
              <span className={css['count']}>{row.count.toLocaleString('en-US')}</span>
            </Go>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Months side by side, as time runs from left to right. */
export function Months({ label, rows }: { label: string; rows: BarRow[] }): ReactNode {
  const most = Math.max(1, ...rows.map((row) => row.count));
  return (
    <ol className={css['months']} aria-label={label}>
      {rows.map((row) => {
        const inside = (
          <>
            <span className={css['number']}>{row.count}</span>
            <span className={css['column']} aria-hidden="true">
              <span style={{ height: `${String((100 * row.count) / most)}%` }} />
            </span>
            <span className={css['month']}>{row.label}</span>
          </>
        );
        return (
          <li key={row.id}>
            {row.count === 0 ? (
              <span className={`${css['cell'] ?? ''} dim`}>{inside}</span>
            ) : (
              <Go className={css['cell']} to="/assets" search={row.search}>
                {inside}
              </Go>
            )}
          </li>
        );
      })}
    </ol>
  );
}
