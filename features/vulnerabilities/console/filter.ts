import { oneOf } from '@shell/address/one-of';
import { readList, writeList, type Search } from '@shell/address/query-string';
import type { Column, Evidence, Filter, Part } from './api';

const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
const parts: readonly Part[] = ['os', 'patches', 'third_party', 'remote'];
const standings = ['open', 'no_fix', 'will_not_fix', 'excepted', 'all'] as const;
const evidences: readonly Evidence[] = ['updater', 'vendor', 'database', 'guess'];

/** Every name in the address that narrows a list of weaknesses or machines. */
export const narrowing = ['q', 'group', 'kind', 'part', 'severity', 'emergency', 'overdue', 'standing', 'evidence', 'weakness', 'subject', 'asset'] as const;

/** What a list is narrowed to, from the address; words that mean nothing are as if they were not there. */
export function filterOf(search: Search): Filter {
  const asked = readList(search['severity']);
  return {
    q: search['q'],
    group: search['group'],
    kind: search['kind'],
    part: oneOf(parts, search['part']),
    severity: writeList(severities.filter((one) => asked.includes(one))),
    emergency: search['emergency'] === 'true' ? true : undefined,
    overdue: search['overdue'] === 'true' ? true : undefined,
    standing: oneOf(standings, search['standing']),
    evidence: oneOf(evidences, search['evidence']),
    weakness: search['weakness'],
    subject: search['subject'],
    asset: search['asset'],
  };
}

/** The same conditions as they stand in an address. */
export function searchOf(filter: Filter): Search {
  return Object.fromEntries(
    narrowing.flatMap((name) => {
      const value = filter[name];
      return value === undefined || value === false || value === '' ? [] : [[name, String(value)]];
    }),
  );
}

/** The address of exactly the rows that a cell of the board counts. */
export function cellSearch(base: Filter, column: Column, group?: string): Search {
  return searchOf({ ...base, ...(group === undefined ? {} : { group }), ...(column === 'emergency' ? { emergency: true } : { part: column }) });
}

/** Whether something can be done about what is listed: a version without the weakness is to be had. */
export function canRemedy(filter: Filter): boolean {
  return filter.standing === undefined || filter.standing === 'open' || filter.standing === 'all';
}

/** The address of a new rollout for what is listed. */
export function remedyTarget(filter: Filter): { to: string; search: Search } {
  return { to: '/distribution/new', search: { from: 'vulnerabilities', ...searchOf(filter) } };
}
