import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import type { QueryOf } from '@shell/api/schema';
import { useMemo } from 'react';
import { kinds, places, sources, standings, updates } from './ledger-words';

export type LedgerFilter = QueryOf<'get_assets_ledger'>;

/** Filters that have words or a list of their own on the page. */
const plain = ['q', 'group', 'os', 'package', 'package_version', 'ends_before', 'silent_since', 'ids', 'number', 'os_exact', 'had_from', 'had_before', 'lease_from', 'lease_before', 'warranty_from', 'warranty_before'] as const;
const numbers = ['fullest', 'fullest_below', 'memory_from', 'memory_below', 'disk_from', 'disk_below'] as const;

/** Every name in the address that narrows the ledger. */
export const narrowing: readonly string[] = ['kind', 'standing', 'source', 'whereabouts', 'updates', 'present', ...plain, ...numbers];

/** What the ledger is narrowed to and in which order, from the address. */
export function useLedgerFilter(): LedgerFilter {
  const [search] = useSearchState();
  const key = JSON.stringify([...narrowing, 'sort'].map((name) => search[name]));
  return useMemo(() => {
    const filter: Record<string, unknown> = {
      kind: oneOf(kinds, search['kind']),
      standing: oneOf(standings, search['standing']),
      source: oneOf(sources, search['source']),
      whereabouts: oneOf(places, search['whereabouts']),
      updates: oneOf(updates, search['updates']),
      present: search['present'] === 'true' ? true : undefined,
      sort: search['sort'],
    };
    for (const name of plain) filter[name] = search[name];
    for (const name of numbers) {
      const value = Number(search[name]);
      filter[name] = search[name] === undefined || Number.isNaN(value) ? undefined : value;
    }
    return filter as LedgerFilter;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for what is read of the address
  }, [key]);
}

/** The same as the query of a file's address; `more` comes after it, and ids in the place of all filters. */
export function queryText(filter: LedgerFilter, picked: ReadonlySet<string>, more: Record<string, string | undefined> = {}): string {
  const query = new URLSearchParams();
  const asked = picked.size > 0 ? { ids: [...picked].join(','), sort: filter.sort } : filter;
  for (const [name, value] of Object.entries({ ...asked, ...more })) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  return query.toString();
}
