import type { QueryOf } from '@shell/api/schema';
import type { Search } from '@shell/address/query-string';
import { now, startOfDay } from '@shell/time';

export const spans = ['1h', 'today', '1d', '7d', '30d'] as const;
export type Span = (typeof spans)[number];

const length: Record<Exclude<Span, 'today'>, number> = {
  '1h': 3_600_000,
  '1d': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
};

/** The first moment of a span that ends now. */
export function sinceOf(span: Span, nowMs: number, zone: string): number {
  return span === 'today' ? startOfDay(nowMs, zone) : nowMs - length[span];
}

export function isSpan(text: string | undefined): text is Span {
  return (spans as readonly (string | undefined)[]).includes(text);
}

/** The names the page keeps in its address; a span is kept as a word so that tomorrow it means tomorrow. */
export const names = ['q', 'text', 'kind', 'level', 'endpoint', 'user', 'image', 'process_guid', 'hash', 'span', 'since', 'until'] as const;

type EventQuery = QueryOf<'get_events'>;

/** What is asked of the server for the state in the address. */
export function queryOf(search: Search, zone: string): EventQuery {
  const query: EventQuery = {};
  for (const name of ['q', 'text', 'kind', 'level', 'endpoint', 'user', 'image', 'process_guid', 'hash', 'since', 'until'] as const) {
    if (search[name] !== undefined) query[name] = search[name];
  }
  if (isSpan(search['span'])) query.since = new Date(sinceOf(search['span'], now(), zone)).toISOString();
  return query;
}

/** The part of the address that decides which rows are shown, for use as a cache key. */
export function filterKey(search: Search): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])));
}
