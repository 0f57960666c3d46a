import { describe, expect, it } from 'vitest';
import { clockTime, dayTitle, duration, exact, kanjiNumber, longDay, relative, shortDay, startOfDay, type Place } from './format';
import { fromLocalInput, toLocalInput } from './local-input';

const ja: Place = { zone: 'Asia/Tokyo', language: 'ja' };
const en: Place = { zone: 'Asia/Tokyo', language: 'en' };
const now = Date.parse('2026-11-17T08:42:00+09:00');
const at = (text: string): number => Date.parse(text);

describe('how long ago', () => {
  const check = (text: string, inJa: string, inEn: string): void => {
    expect([relative(at(text), now, ja), relative(at(text), now, en)]).toEqual([inJa, inEn]);
  };
  it('is said in the largest unit that fits', () => {
    check('2026-11-17T08:41:58+09:00', 'いま', 'now');
    check('2026-11-17T08:41:48+09:00', '12秒前', '12s ago');
    check('2026-11-17T07:58:00+09:00', '44分前', '44 min ago');
    check('2026-11-17T05:00:00+09:00', '3時間前', '3 h ago');
  });
  it('names yesterday with its time, and counts days after it', () => {
    check('2026-11-16T18:42:00+09:00', '昨日 18:42', 'yesterday 18:42');
    check('2026-11-12T10:00:00+09:00', '5日前', '5 days ago');
    check('2026-09-03T10:00:00+09:00', '9月3日', '3 Sep');
    check('2025-09-03T10:00:00+09:00', '2025年9月3日', '3 Sep 2025');
  });
  it('does not call the small hours of last night yesterday', () => {
    const early = at('2026-11-17T01:00:00+09:00');
    expect(relative(at('2026-11-16T23:00:00+09:00'), early, ja)).toBe('2時間前');
  });
  it('also looks ahead', () => {
    check('2026-11-17T08:52:00+09:00', '10分後', 'in 10 min');
    check('2026-11-24T08:00:00+09:00', '7日後', 'in 7 days');
  });
});

describe('times', () => {
  it('are written in the zone of the organisation', () => {
    const midnight = at('2026-11-16T15:30:07Z');
    expect(exact(midnight, ja)).toBe('2026年11月17日（火）00:30:07');
    expect(exact(midnight, { zone: 'UTC', language: 'en' })).toBe('Mon 16 Nov 2026 15:30:07');
    expect([shortDay(midnight, ja), longDay(midnight, now, ja), clockTime(midnight, ja, false)]).toEqual(['11/17', '11月17日', '00:30']);
  });

  it('give a title to the day', () => {
    expect(dayTitle(now, ja)).toEqual({ day: '十一月十七日', weekday: '火曜日' });
    expect(dayTitle(now, en)).toEqual({ day: '17 November', weekday: 'Tuesday' });
    expect([1, 10, 20, 31].map(kanjiNumber)).toEqual(['一', '十', '二十', '三十一']);
  });

  it('begin the day at midnight there, also where a clock change made it short or long', () => {
    expect(startOfDay(now, 'Asia/Tokyo')).toBe(at('2026-11-17T00:00:00+09:00'));
    expect(startOfDay(at('2026-03-29T12:00:00+02:00'), 'Europe/Berlin')).toBe(at('2026-03-29T00:00:00+01:00'));
    expect(startOfDay(at('2026-10-25T12:00:00+01:00'), 'Europe/Berlin')).toBe(at('2026-10-25T00:00:00+02:00'));
  });
});

describe('a field for date and time', () => {
  it('is read and written in the zone', () => {
    expect(toLocalInput(now, 'Asia/Tokyo')).toBe('2026-11-17T08:42');
    expect(fromLocalInput('2026-11-17T08:42', 'Asia/Tokyo')).toBe(now);
    expect(fromLocalInput('', 'Asia/Tokyo')).toBeNull();
    expect(fromLocalInput('2026-07-01T12:00', 'Europe/Berlin')).toBe(at('2026-07-01T12:00:00+02:00'));
  });
});

describe('a length of time', () => {
  it('is said in one unit', () => {
    expect([90, 900, 28_800, 86_400, 2_592_000].map((seconds) => duration(seconds, 'ja'))).toEqual(['90秒', '15分', '8時間', '1日', '30日']);
    expect([86_400, 604_800].map((seconds) => duration(seconds, 'en'))).toEqual(['1 day', '7 days']);
  });
});
