import type { ReactNode } from 'react';
import type { Severity } from './api';
import css from './parts.module.css';
import { severities, useTerms, wordOf } from './own-words';

const ticks: Record<Severity, number> = { critical: 4, high: 3, medium: 2, low: 1, unknown: 0 };

/** How grave something is: a word, and as many strokes as it has weight. Not a colour: red is for what nobody handled. */
export function SeverityWord({ severity }: { severity: Severity }): ReactNode {
  const t = useTerms();
  return (
    <span className={css['severity']}>
      <span className={css['ticks']} aria-hidden="true">
        {[1, 2, 3, 4].map((tick) => (
          <span key={tick} className={tick <= ticks[severity] ? css['on'] : undefined} />
        ))}
      </span>
      {wordOf(severities, severity, (known) => t(`severity.${known}`))}
    </span>
  );
}
