import type { ReactNode } from 'react';
import css from './words.module.css';

/** open: nobody has it yet (red). on: alive or in somebody's hands. half: on its way. plain: planned or over. */
export type Tone = 'open' | 'on' | 'half' | 'plain';

/** A dot and a word. The word carries the meaning; the dot only helps the eye. */
export function StateWord({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  return <span className={`${css['state'] ?? ''} ${css[tone] ?? ''}`}>{children}</span>;
}

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Names and values in two columns. A fact without a value is written as a dash, never left out. */
export function KeyValues({ facts }: { facts: Fact[] }): ReactNode {
  return (
    <dl className={css['facts']}>
      {facts.map(({ label, value }) => (
        <div key={label} className={css['fact']}>
          <dt>{label}</dt>
          <dd>{value === null || value === undefined || value === '' ? <span className="dim">—</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A hairline share of a whole, beside a number that says the same. */
export function Bar({ share, label }: { share: number; label: string }): ReactNode {
  const percent = Math.max(0, Math.min(1, share)) * 100;
  return (
    <span className={css['bar']} role="img" aria-label={label}>
      <span style={{ width: `${String(percent)}%` }} />
    </span>
  );
}

/** A remark in the flow of a page: what matters and what to do. Not a box of colour; one line at its left. */
export function Remark({ title, children }: { title?: ReactNode; children: ReactNode }): ReactNode {
  return (
    <div className={css['remark']} role="note">
      {title !== undefined && <p className={css['remarkTitle']}>{title}</p>}
      <div>{children}</div>
    </div>
  );
}
