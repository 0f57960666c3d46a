import { expect, it } from 'vitest';
import { dayOf } from './day';

const now = Date.parse('2026-11-17T00:00:00Z');

it('a day is said as people say it, with the year where it is another', () => {
  const say = (at: string | null, language: 'ja' | 'en', zone = 'Asia/Tokyo'): string => dayOf(at, now, { zone, language });
  expect([say('2026-11-18', 'ja'), say('2027-01-27', 'ja'), say('2027-01-27', 'en'), say(null, 'ja')]).toEqual(['11月18日', '2027年1月27日', '27 Jan 2027', '']);
  // A moment is on the day of the organisation's zone, a written day on none.
  expect([say('2026-11-17T15:00:00Z', 'ja'), say('2026-11-17T15:00:00Z', 'ja', 'UTC'), say('2026-11-18', 'ja', 'Pacific/Honolulu')]).toEqual(['11月18日', '11月17日', '11月18日']);
});
