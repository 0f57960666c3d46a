/**
 * The types of the API, by the names that the server's description gives them. `npm run generate` writes them from
 * `server/app/openapi.json`; nothing here is written twice.
 */
import type { Count, operations, paths as described } from './generated';

export type * from './generated';

/** A list as every list of the API comes. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  count: Count;
}

/** Settings that everybody shares, and the version that was read. */
export interface Versioned<T> {
  value: T;
  etag: string;
}

/** Optional fields may be given as undefined too: the client leaves them out of the query string. */
type Spare<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** The conditions that a list can be asked under. */
export type QueryOf<O extends keyof operations> = operations[O] extends { parameters: { query?: infer Q } } ? Spare<NonNullable<Q>> : never;

type Asked<O> = O extends { parameters: infer P }
  ? Omit<O, 'parameters'> & { parameters: { [K in keyof P]: K extends 'query' ? Spare<P[K]> : P[K] } }
  : O;

export type paths = { [P in keyof described]: { [M in keyof described[P]]: Asked<described[P][M]> } };
