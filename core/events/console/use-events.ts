import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows, type Rows } from '@shell/api/pages';
import type { EventPage, EventView } from '@shell/api/schema';
import type { Search } from '@shell/address/query-string';
import { usePlace } from '@shell/session/session';
import { useEffect, useState } from 'react';
import { filterKey, queryOf } from './filter';
import { browser, follow } from './follow';

const pageSize = 100;
/** More rows that nobody has looked at are not kept: who wants them reads the list anew. */
const keptFresh = 1000;

export interface LiveRows {
  rows: Rows<EventView>;
  /** Rows that have come since the list was read and are not in it yet, the last one first. */
  fresh: EventView[];
  /** Puts the fresh rows on top. */
  take: () => void;
}

/**
 * Events newest first. New ones are told by the server as they arrive but are only put into the list when somebody asks,
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
  const from = client.getQueryData<InfiniteData<EventPage>>(key)?.pages[0]?.tail;
  const followed = live && search['until'] === undefined && !rows.isRefreshing ? from : undefined;
  const about = JSON.stringify(filterKey(search));
  const [arrived, setArrived] = useState<{ about: string; rows: EventView[] }>({ about, rows: [] });
  useEffect(() => {
    if (typeof followed !== 'string') return undefined;
    const stop = new AbortController();
    const asked = queryOf(JSON.parse(about) as Search, zone);
    const ask = (after: string, signal: AbortSignal) =>
      answered(api.GET('/api/v1/events/tail', { params: { query: { ...asked, after } }, signal }));
    setArrived({ about, rows: [] });
    void follow(followed, stop.signal, { ...browser, ask }, (come) => {
      setArrived((before) => ({ about, rows: [...come.toReversed(), ...before.rows].slice(0, keptFresh) }));
    });
    return () => {
      stop.abort();
    };
  }, [followed, about, zone]);
  const known = new Set(rows.items.map((row) => row.id));
  const fresh = arrived.about === about ? arrived.rows.filter((row) => !known.has(row.id)) : [];
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
      setArrived({ about, rows: [] });
    },
  };
}
