import { expect, it } from 'vitest';
import { untilBounds, untilOf } from './exception-until';

const now = Date.parse('2026-11-17T08:42:00+09:00');
const zone = 'Asia/Tokyo';

it('an exception ends when its last day is over in the organisation’s zone', () => {
  expect(untilOf('2026-12-31', now, zone)).toBe('2026-12-31T15:00:00.000Z');
});

it('an exception ends tomorrow at the earliest and within a year', () => {
  expect(untilBounds(now, zone)).toEqual({ least: '2026-11-18', most: '2027-11-16' });
  expect(['2026-11-17', '2027-11-17', '', 'soon'].map((chosen) => untilOf(chosen, now, zone))).toEqual([null, null, null, null]);
  expect(Date.parse(untilOf('2027-11-16', now, zone) ?? '') - now).toBeLessThan(365 * 86_400_000);
});
