import { expect, test } from 'vitest';
import { heat, isMonth, monthAfter, monthOf, monthTitle, totals, weekdayOf } from './month';

test('months follow one another over the turn of the year', () => {
  expect(monthAfter('2026-11', 1)).toBe('2026-12');
  expect(monthAfter('2026-12', 1)).toBe('2027-01');
  expect(monthAfter('2026-01', -1)).toBe('2025-12');
});

test('a month is that of the organisation, and has a name', () => {
  expect(monthOf(Date.parse('2026-10-31T15:00:00Z'), 'Asia/Tokyo')).toBe('2026-11');
  expect(monthTitle('2026-11', 'ja')).toBe('二〇二六年十一月');
  expect(monthTitle('2026-11', 'en')).toBe('November 2026');
});

test('what somebody writes into the address is a month or nothing', () => {
  expect(['2026-11', '2026-13', '1969-12', '26-11', 'x', undefined].map(isMonth)).toEqual([true, false, false, false, false, false]);
});

test('a day is tinted by the busiest one, and a handful is never strong', () => {
  expect([0, 1, 2, 6].map((count) => heat(count, 6))).toEqual([0, 1, 2, 4]);
  expect([1, 3, 300].map((count) => heat(count, 300))).toEqual([1, 1, 4]);
});

test('the totals of a month are those of its days', () => {
  const one = (name: string, count: number): { class: string; count: number; alarms: number; open: number; prohibited: number } => ({ class: name, count, alarms: 0, open: 1, prohibited: 0 });
  const day = (...classes: ReturnType<typeof one>[]): never => ({ date: '2026-11-17', begins_at: '', ends_at: '', classes }) as never;
  const view = { days: [day(one('a', 1), one('b', 2)), day(one('a', 4))], complete: true, q: '' };
  expect(totals(view).map((total) => [total.class, total.count, total.open])).toEqual([['a', 5, 2], ['b', 2, 1]]);
  expect(weekdayOf('2026-11-17')).toBe(2);
});
