import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered } from '@shell/api/client';
import { api, type Filter, type Weakness } from './api';

/** How many there are, the first of them, and since when the oldest is known. */
export interface First {
  count: number;
  first: Weakness | undefined;
  since: string | null;
}

/** The weakness to begin with among those that fit: the worst, or with `oldest` the one known for longest. Each count is of exactly the rows that the filter leads to. */
export function useFirst(filter: Filter, oldest = false): UseQueryResult<First> {
  return useQuery({
    queryKey: ['vulnerabilities', 'first', filter, oldest],
    refetchInterval: 60_000,
    placeholderData: (before) => before,
    queryFn: async () => {
      const ask = async (sort: string) => answered(api.GET('/api/v1/vulnerabilities/weaknesses', { params: { query: { ...filter, sort, limit: 1 } } }));
      const page = await ask(oldest ? 'since' : '-severity');
      const old = oldest || page.count.value < 2 ? page : await ask('since');
      return { count: page.count.value, first: page.items[0], since: old.items[0]?.since ?? null };
    },
  });
}
