import type { ReactNode } from 'react';
import css from './lead.module.css';
import { Go, type Target } from './link';
import { RelativeTime } from './time';
import { StateWord } from './words';

interface Props {
  /** What makes it pressing, and since when. */
  state: string;
  since: string | null;
  /** What is said before the time, where a time alone is not clear. */
  sinceWord?: string;
  /** The sentence, and where it leads. */
  title: ReactNode;
  target: Target;
  text: ReactNode;
  acts: ReactNode;
}

/** The one most pressing thing, as a sentence: since when, what it is, what to do. A page has one at most. */
export function Lead({ state, since, sinceWord, title, target, text, acts }: Props): ReactNode {
  return (
    <div className={css['lead']}>
      <p className={css['state']}>
        <StateWord tone="open">{state}</StateWord>
        {since !== null && (
          <span className="xs dim">
            {sinceWord} <RelativeTime at={since} />
          </span>
        )}
      </p>
      <h2 className={css['big']}>
        <Go {...target}>{title}</Go>
      </h2>
      <p className={css['text']}>{text}</p>
      <div className={css['act']}>{acts}</div>
    </div>
  );
}

/** What is said where nothing presses. */
export function Calm({ title, text }: { title: string; text: string }): ReactNode {
  return (
    <div className={css['lead']}>
      <p className={css['big']}>{title}</p>
      <p className="sub">{text}</p>
    </div>
  );
}

/** As much room as either needs, so that nothing moves when it comes. */
export function LeadRoom({ children }: { children: ReactNode }): ReactNode {
  return <div className={css['lead']}>{children}</div>;
}
