import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { AlarmState, AlarmView, Page } from '@shell/api/schema';
import type { TodayItem } from '@shell/feature';
import { useWords } from '@shell/i18n';
import { alarmsKey, useAlarmNews } from './news';
import { useAlarmWords } from './states';

function useFew(state: AlarmState): UseQueryResult<Page<AlarmView>> {
  return useQuery({
    queryKey: [...alarmsKey, 'few', state],
    refetchInterval: 60_000,
    queryFn: () => answered(api.GET('/api/v1/alarms', { params: { query: { state, limit: 100 } } })),
  });
}

/** Alarms that nobody has looked at, and those in somebody's hands. */
export function useAlarmItems(): TodayItem[] | undefined {
  const t = useWords('alarms');
  const words = useAlarmWords();
  const open = useFew('open');
  const handling = useFew('handling');
  useAlarmNews();
  if (!open.data || !handling.data) return open.error ?? handling.error ? [] : undefined;
  const [newest] = open.data.items;
  const said = newest ? { title: words.title(newest), where: words.where(newest) } : { title: '', where: '' };
  return [
    {
      id: 'alarms',
      icon: 'bell',
      weight: 95,
      title: t('today.title'),
      sentence: newest ? words.what(newest) : t('today.none'),
      open: { count: open.data.count.value, to: '/alarms', search: { state: 'open' } },
      other: { count: handling.data.count.value, to: '/alarms', search: { state: 'handling' } },
      oldest: open.data.items.at(-1)?.raised_at ?? null,
      lead: t('today.lead', said),
      act: t('today.act'),
    },
  ];
}
