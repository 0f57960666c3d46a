import { useWords } from '@shell/i18n';
import type { ReactNode } from 'react';
import { ClassIcon, useClassWord } from './classes';
import css from './comparison.module.css';
import { classesOf } from './comparison-rows';

/** The classes that occurred, each with how often; one is chosen, or all. A chosen one stays although it no longer occurs. */
export function ClassChoice({
  classes,
  chosen,
  onChoose,
}: {
  classes: Record<string, number>;
  chosen: string | undefined;
  onChoose: (name: string | undefined) => void;
}): ReactNode {
  const t = useWords('rule-book');
  const word = useClassWord();
  const there = classesOf(chosen === undefined ? classes : { [chosen]: 0, ...classes });
  if (there.length === 0) return null;
  const all = there.reduce((sum, { count }) => sum + count, 0);
  const choice = (name: string | undefined, label: string, count: number): ReactNode => (
    <button
      key={name ?? ' all'}
      type="button"
      aria-pressed={chosen === name}
      onClick={() => {
        onChoose(name);
      }}
    >
      {name !== undefined && <ClassIcon name={name} />}
      {label} <span className="dim">{count.toLocaleString('en-US')}</span>
    </button>
  );
  return (
    <div role="group" className={css['classes']} aria-label={t('comparison.of_class')}>
      {choice(undefined, t('comparison.all'), all)}
      {there.map(({ name, count }) => choice(name, word(name), count))}
    </div>
  );
}
