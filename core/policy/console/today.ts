import type { TodayItem } from '@shell/feature';
import { useWords } from '@shell/i18n';
import { useFeatureTitle, usePolicies } from './queries';

/** Rules that some endpoint could not take, and roll-outs on their way. */
export function usePolicyItems(): TodayItem[] | undefined {
  const t = useWords('policy');
  const title = useFeatureTitle();
  const { data, error } = usePolicies();
  if (!data) return error ? [] : undefined;
  const failed = data.filter((policy) => policy.rollout.failed > 0);
  const running = data.filter((policy) => policy.rollout.state === 'running').length;
  const first = failed[0];
  return [
    {
      id: 'policies',
      icon: 'rules',
      weight: 55,
      title: t('today.title'),
      sentence: first
        ? t('today.which', { feature: title(first.feature), group: first.group.name, count: first.rollout.failed })
        : running > 0
          ? t('today.running', { count: running })
          : t('today.none'),
      open: { count: failed.length, to: '/policies', search: { state: 'failed' } },
      other: null,
      oldest: first?.created_at ?? null,
      lead: t('today.lead', { count: failed.length }),
      act: t('today.act'),
    },
  ];
}
