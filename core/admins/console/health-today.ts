import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Health } from '@shell/api/schema';
import type { TodayItem } from '@shell/feature';
import { useLooseWords, useWords } from '@shell/i18n';

export function useHealth(): UseQueryResult<Health> {
  return useQuery({
    queryKey: ['health'],
    refetchInterval: 30_000,
    queryFn: () => answered(api.GET('/api/v1/system/health')),
  });
}

/** The server's own troubles. */
export function useHealthItems(): TodayItem[] | undefined {
  const t = useWords('admins');
  const loose = useLooseWords('admins');
  const { data, error } = useHealth();
  if (!data) return error ? [] : undefined;
  const bad = data.components.filter((component) => component.status !== 'ok');
  const first = bad[0];
  return [
    {
      id: 'health',
      icon: 'settings',
      weight: first?.status === 'failed' ? 95 : 45,
      title: t('health.title'),
      sentence: first ? t('health.which', { part: loose(`health.component.${first.name}`, first.name), what: loose(`health.bad.${first.name}`, first.detail) }) : t('health.all_good'),
      open: { count: bad.length, to: '/settings/health' },
      other: null,
      oldest: first?.since ?? null,
      lead: t('health.lead', { count: bad.length }),
      act: t('health.act'),
    },
  ];
}
