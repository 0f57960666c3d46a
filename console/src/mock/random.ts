/** Repeatable chance: the same seed gives the same company, every time (mulberry32). */
export interface Chance {
  /** 0 <= x < 1. */
  next: () => number;
  /** A whole number from `low` to `high`, both included. */
  whole: (low: number, high: number) => number;
  one: <T>(from: readonly T[]) => T;
  /** True in `share` of the cases. */
  often: (share: number) => boolean;
}

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    whole,
    one: (from) => {
      const found = from[whole(0, from.length - 1)];
      if (found === undefined) throw new Error('nothing to choose from');
      return found;
    },
    often: (share) => next() < share,
  };
}

/** An id that looks like a UUIDv7 and depends only on its kind and number. */
export function idOf(kind: number, number: number): string {
  const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0').slice(-length);
  return `0193a0${hex(kind, 2)}-${hex(number >>> 16, 4)}-7${hex(kind * 37, 3)}-8${hex(kind * 11, 3)}-${hex(number, 12)}`;
}
