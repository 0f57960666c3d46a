import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import css from './table.module.css';

/** How many there are: exact, or said to be about. */
export function Count({
  count,
  pending,
}: {
  count: { value: number; exact: boolean } | undefined;
  pending: boolean;
}): ReactNode {
  const t = useWords('shell');
  if (pending || !count) return <p className={css['count']}>&nbsp;</p>;
  const value = count.value.toLocaleString('en-US');
  return (
    <p className={css['count']} role="status">
      <span className={css['value']}>{count.exact ? value : t('table.about', { count: value })}</span> {t('table.unit')}
    </p>
  );
}
