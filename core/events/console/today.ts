import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { EventView, Page } from '@shell/api/schema';
import type { TodayItem } from '@shell/feature';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { usePlace } from '@shell/session/session';
import { now } from '@shell/time';
import { sinceOf } from './filter';
import { splitPath } from './kinds';
import { useKindWord } from './row-cells';

function useLately(filter: { level?: string; kind?: string }): UseQueryResult<Page<EventView>> {
  const { zone } = usePlace();
  return useQuery({
    queryKey: ['events-today', filter],
    refetchInterval: 60_000,
    queryFn: () =>
      answered(
        api.GET('/api/v1/events', {
          params: { query: { ...filter, since: new Date(sinceOf('1d', now(), zone)).toISOString(), limit: 5 } },
        }),
      ),
  });
}

/** What the records of the last day have to say. They are for information: who handles an alarm is kept elsewhere. */
export function useEventItems(): TodayItem[] | undefined {
  const t = useWords('events');
  const kind = useKindWord();
  const marks = useMarks();
  const alarms = useLately({ level: 'alarm,prohibited' });
  const troubles = useLately({ kind: 'agent.gap,agent.tamper' });
  if (!alarms.data || !troubles.data) return alarms.error ?? troubles.error ? [] : undefined;
  const say = (page: Page<EventView>): string =>
    page.items
      .slice(0, 1)
      .map((row) => `${row.hostname} ${kind(row.kind)}${row.subject ? marks.quoted(splitPath(row.subject).name) : ''}`)
      .join('');
  return [
    {
      id: 'alarms',
      icon: 'bell',
      weight: 40,
      title: t('today.alarms'),
      sentence: alarms.data.count.value > 0 ? say(alarms.data) : t('today.alarms_none'),
      open: null,
      other: { count: alarms.data.count.value, to: '/events', search: { level: 'alarm,prohibited', span: '1d' } },
      oldest: null,
      lead: t('today.alarms'),
      act: t('today.alarms_act'),
    },
    {
      id: 'agent',
      icon: 'health',
      weight: 70,
      title: t('today.agent'),
      sentence: troubles.data.count.value > 0 ? say(troubles.data) : t('today.agent_none'),
      open: null,
      other: { count: troubles.data.count.value, to: '/events', search: { kind: 'agent.gap,agent.tamper', span: '1d' } },
      oldest: null,
      lead: t('today.agent'),
      act: t('today.agent_act'),
    },
  ];
}
