import type { Ring } from '@shell/api/schema';

export const paces = ['once', 'three', 'careful'] as const;
export type Pace = (typeof paces)[number];

const hour = 3600;

/** The rings of a pace: the share of endpoints reached in each, and how long to wait before the next. */
export function ringsOf(pace: Pace): Ring[] {
  switch (pace) {
    case 'once':
      return [{ percent: 100, wait_s: 0 }];
    case 'three':
      return [
        { percent: 10, wait_s: 2 * hour },
        { percent: 50, wait_s: 24 * hour },
        { percent: 100, wait_s: 0 },
      ];
    case 'careful':
      return [
        { percent: 1, wait_s: 24 * hour },
        { percent: 10, wait_s: 24 * hour },
        { percent: 50, wait_s: 48 * hour },
        { percent: 100, wait_s: 0 },
      ];
  }
}
