import type { TodayItem } from '@shell/feature';
import { useWords } from '@shell/i18n';
import { number } from './number';
import { useFirst } from './urgent';
import { useTitle } from './use-title';

const to = '/vulnerabilities/weaknesses';

/** Weaknesses that cannot wait, and those that waited too long. */
export function useWeaknessItems(): TodayItem[] | undefined {
  const t = useWords('vulnerabilities');
  const titleOf = useTitle();
  const urgent = useFirst({ emergency: true });
  const overdue = useFirst({ overdue: true }, true);
  if (!urgent.data || !overdue.data) return urgent.error ?? overdue.error ? [] : undefined;
  const said = ({ first }: typeof urgent.data): { title: string; count: string } => ({ title: first ? titleOf(first) || first.id : '', count: number(first?.machines ?? 0) });
  return [
    {
      id: 'urgent-weaknesses',
      icon: 'weakness',
      weight: 92,
      title: t('today.urgent'),
      sentence: urgent.data.first ? t('today.urgent_which', said(urgent.data)) : t('today.urgent_none'),
      open: { count: urgent.data.count, to, search: { emergency: 'true' } },
      other: null,
      oldest: urgent.data.since,
      lead: t('today.urgent_lead', said(urgent.data)),
      act: t('today.urgent_act'),
    },
    {
      id: 'overdue-weaknesses',
      icon: 'weakness',
      weight: 52,
      title: t('today.overdue'),
      sentence: overdue.data.first ? t('today.overdue_which', said(overdue.data)) : t('today.overdue_none'),
      open: { count: overdue.data.count, to, search: { overdue: 'true' } },
      other: null,
      oldest: overdue.data.since,
      lead: t('today.overdue_lead', { count: number(overdue.data.count) }),
      act: t('today.overdue_act'),
    },
  ];
}
