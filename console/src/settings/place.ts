/** The places in a value where something of type V stands, as JSON Pointers: where the server's faults point to as well. */
export type Place<T, V> = {
  [K in keyof T & string]: T[K] extends V ? `/${K}` : T[K] extends readonly unknown[] ? never : T[K] extends object ? `/${K}${Place<T[K], V>}` : never;
}[keyof T & string];

const parts = (place: string): string[] => place.split('/').slice(1);
type Fields = Record<string, unknown>;

/** What stands at a place. */
export function at(value: unknown, place: string): unknown {
  return parts(place).reduce<unknown>((found, part) => (found as Fields | undefined)?.[part], value);
}

/** The same value with something else at a place. */
export function put<T>(value: T, place: string, next: unknown): T {
  const [first = '', ...rest] = parts(place);
  const inner = rest.length === 0 ? next : put((value as Fields)[first], `/${rest.join('/')}`, next);
  return { ...value, [first]: inner };
}

/** The least and the most that a number may be. */
export type Bounds<T> = Partial<Record<Place<T, number>, readonly [number, number]>>;

/** Whether a number is one that the server takes; one without bounds has to be one at all. */
export function isWithin(value: unknown, bounds: readonly [number, number] | undefined): boolean {
  const [least, most] = bounds ?? [-Infinity, Infinity];
  return typeof value === 'number' && value >= least && value <= most;
}
