import type { RetentionRule } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { pathWords, useGroups } from '@shell/pick/groups';
import type { ReactNode } from 'react';
import { useKindWords } from './kind-words';
import css from './retention.module.css';
import { drafts, isUsual } from './rules';

/** The rules as they are read: what, where, how long. */
export function RuleList({ label, rules }: { label: string; rules: readonly RetentionRule[] }): ReactNode {
  const t = useWords('events');
  const kind = useKindWords();
  const { data: groups = [] } = useGroups();
  const where = (id: string): string => {
    const group = groups.find((one) => one.id === id);
    return group ? pathWords(group) : t('keep.gone_group');
  };
  return (
    <table className={css['rules']} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t('keep.what')}</th>
          <th scope="col">{t('keep.where')}</th>
          <th scope="col" className="num">
            {t('keep.how_long')}
          </th>
        </tr>
      </thead>
      <tbody>
        {drafts(rules).map((rule) => (
          <tr key={rule.id}>
            <td>{isUsual(rule) ? t('keep.usual') : kind(rule.kind)}</td>
            <td>{rule.group === null ? t('keep.everywhere') : where(rule.group)}</td>
            <td className="num">{rule.days === null ? t('keep.for_ever') : t('keep.days', { count: Number(rule.days) })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
