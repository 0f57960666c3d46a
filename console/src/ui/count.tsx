import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import css from './table.module.css';

/** How many there are: all of them, or at least so many where the server has stopped counting. */
export function Count({
  count,
  pending,
}: {
  count: { value: number; exact: boolean } | undefined;
  pending: boolean;
}): ReactNode {
  const t = useWords('shell');
  if (pending || !count) return <p className={css['count']}>&nbsp;</p>;
  return (
    <p className={css['count']} role="status">
      <span className={css['value']}>{count.value.toLocaleString('en-US')}</span>{' '}
      {count.exact ? t('table.unit', { count: count.value }) : t('table.at_least')}
    </p>
  );
}
