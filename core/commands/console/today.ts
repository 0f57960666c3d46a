import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { TodayItem } from '@shell/feature';
import { useWords } from '@shell/i18n';
import { useCommandName } from './states';

/** Commands that went wrong. Those still on their way are counted beside them. */
export function useCommandItems(): TodayItem[] | undefined {
  const t = useWords('commands');
  const name = useCommandName();
  const failed = useQuery({
    queryKey: ['commands-few', 'failed'],
    refetchInterval: 60_000,
    queryFn: () => answered(api.GET('/api/v1/commands', { params: { query: { state: 'failed', limit: 3 } } })),
  });
  const waiting = useQuery({
    queryKey: ['commands-few', 'queued'],
    refetchInterval: 60_000,
    queryFn: () => answered(api.GET('/api/v1/commands', { params: { query: { state: 'queued', limit: 1 } } })),
  });
  if (!failed.data || !waiting.data) return failed.error ?? waiting.error ? [] : undefined;
  const first = failed.data.items[0];
  return [
    {
      id: 'commands',
      icon: 'play',
      weight: 30,
      title: t('today.title'),
      sentence: first ? `${first.endpoint.hostname} ${name(first.name)}: ${first.error ?? ''}` : t('today.none'),
      open: { count: failed.data.count.value, to: '/commands', search: { state: 'failed' } },
      other: { count: waiting.data.count.value, to: '/commands', search: { state: 'queued' } },
      oldest: failed.data.items.at(-1)?.created_at ?? null,
      lead: t('today.lead', { count: failed.data.count.value }),
      act: t('today.act'),
    },
  ];
}
