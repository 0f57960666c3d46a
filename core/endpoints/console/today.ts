import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { EndpointSummary, Page, QueryOf, Summary } from '@shell/api/schema';
import type { TodayItem } from '@shell/feature';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { pathWords } from '@shell/pick/groups';

export function useEndpointCounts(): UseQueryResult<Summary> {
  return useQuery({
    queryKey: ['endpoints-summary'],
    queryFn: () => answered(api.GET('/api/v1/endpoints/summary')),
    refetchInterval: 30_000,
  });
}

function useFew(filter: QueryOf<'get_endpoints'>): UseQueryResult<Page<EndpointSummary>> {
  return useQuery({
    queryKey: ['endpoints-few', filter],
    queryFn: () => answered(api.GET('/api/v1/endpoints', { params: { query: { ...filter, limit: 5 } } })),
    refetchInterval: 60_000,
  });
}

/** What the endpoints have waiting for somebody: silent ones, those to let in, suspected copies. */
export function useEndpointItems(): TodayItem[] | undefined {
  const t = useWords('endpoints');
  const marks = useMarks();
  const counts = useEndpointCounts();
  const silent = useFew({ state: 'silent', sort: 'last_seen' });
  const pending = useFew({ state: 'pending' });
  const clones = useFew({ clone_suspected: true });
  if (!counts.data || !silent.data || !pending.data || !clones.data) {
    return counts.error ?? silent.error ?? pending.error ?? clones.error ? [] : undefined;
  }
  const names = (endpoints: EndpointSummary[]): string =>
    marks.list(
      endpoints
        .slice(0, 3)
        .map((endpoint) => (endpoint.primary_user ? marks.noted(endpoint.hostname, endpoint.primary_user.name) : endpoint.hostname)),
    );
  const first = silent.data.items[0];
  return [
    {
      id: 'clones',
      icon: 'copy',
      weight: 90,
      title: t('today.clones'),
      sentence: clones.data.count.value > 0 ? t('today.clones_which', { names: names(clones.data.items) }) : t('today.clones_none'),
      // Whether somebody has looked at it is the alarm's matter; these lines say how the fleet stands.
      open: null,
      other: { count: clones.data.count.value, to: '/endpoints', search: { clone: 'yes' } },
      oldest: null,
      lead: t('today.clones_lead', { name: clones.data.items[0]?.hostname ?? '' }),
      act: t('today.clones_act'),
    },
    {
      id: 'pending',
      icon: 'key',
      weight: 60,
      title: t('today.pending'),
      sentence: counts.data.pending > 0 ? t('today.pending_which', { names: names(pending.data.items) }) : t('today.pending_none'),
      open: { count: counts.data.pending, to: '/endpoints', search: { state: 'pending' } },
      other: null,
      oldest: pending.data.items[0]?.last_seen ?? null,
      lead: t('today.pending_lead', { count: counts.data.pending }),
      act: t('today.pending_act'),
    },
    {
      id: 'silent',
      icon: 'endpoint',
      weight: 50,
      title: t('today.silent'),
      sentence:
        counts.data.silent > 0 && first
          ? t('today.silent_which', { name: first.hostname, group: pathWords(first.group) })
          : t('today.silent_none'),
      open: null,
      other: { count: counts.data.silent, to: '/endpoints', search: { state: 'silent' } },
      oldest: first?.last_seen ?? null,
      lead: t('today.silent_lead', { count: counts.data.silent }),
      act: t('today.silent_act'),
    },
  ];
}
