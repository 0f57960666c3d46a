import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { useMarks } from '@shell/i18n/marks';
import type { ReactNode } from 'react';
import css from './rules.module.css';

export interface Wrong {
  key: string;
  name: string;
}

/** One strip at the foot while something is not saved. It never covers the page. */
export function SaveBar({ group, count, wrong, faults, onCheck, onDiscard }: {
  group: string;
  count: number;
  /** Rules that cannot be saved as they are; empty until somebody tried. */
  wrong: readonly Wrong[];
  faults: number;
  onCheck: () => void;
  onDiscard: () => void;
}): ReactNode {
  const t = useWords('rule-book');
  const marks = useMarks();
  return (
    <section className={css['bar']} aria-label={t('bar.label')}>
      <p>
        <b>{t('bar.count', { count })}</b>
        {wrong.length > 0 && (
          <span role="alert">
            {t('bar.faults', { count: faults })}{' '}
            {wrong.map((one) => (
              <Go key={one.key} className="t" to="/rules" search={{ group, edit: one.key }}>
                {marks.quoted(one.name)}
              </Go>
            ))}
          </span>
        )}
      </p>
      <Button main onClick={onCheck}>
        {t('bar.check')}
      </Button>
      <Button onClick={onDiscard}>{t('bar.discard')}</Button>
    </section>
  );
}
