import { useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows, type Rows } from '@shell/api/pages';
import type { EventPage, EventView } from '@shell/api/schema';
import type { Search } from '@shell/address/query-string';
import { usePlace } from '@shell/session/session';
import { filterKey, queryOf } from './filter';

const pageSize = 100;

export interface LiveRows {
  rows: Rows<EventView>;
  /** Rows that have come since the list was read and are not in it yet. */
  fresh: EventView[];
  /** Puts the fresh rows on top. */
  take: () => void;
}

/**
 * Events newest first. New ones are looked for every few seconds but are only put into the list when somebody asks,
 * so that a row never moves under the pointer.
 */
export function useEvents(search: Search, live: boolean): LiveRows {
  const client = useQueryClient();
  const { zone } = usePlace();
  const key = ['events', filterKey(search)];
  const rows = useRows(
    key,
    // What nobody waits for any more is not searched on.
    (cursor, signal) =>
      answered(api.GET('/api/v1/events', { params: { query: { ...queryOf(search, zone), limit: pageSize, cursor } }, signal })),
    { still: true },
  );
  const newest = useQuery({
    queryKey: ['events-newest', filterKey(search)],
    enabled: live && !rows.isPending && search['until'] === undefined,
    refetchInterval: 5000,
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/events', { params: { query: { ...queryOf(search, zone), limit: pageSize } }, signal })),
  });
  const known = new Set(rows.items.map((row) => row.id));
  const top = rows.items[0]?.occurred_at ?? '';
  const fresh = (newest.data?.items ?? []).filter((row) => !known.has(row.id) && row.occurred_at >= top);
  return {
    rows,
    fresh,
    take: () => {
      client.setQueryData<InfiniteData<EventPage>>(key, (data) => {
        const first = data?.pages[0];
        if (!data || !first) return data;
        const count = { ...first.count, value: first.count.value + fresh.length };
        return { ...data, pages: [{ ...first, items: [...fresh, ...first.items], count }, ...data.pages.slice(1)] };
      });
    },
  };
}
