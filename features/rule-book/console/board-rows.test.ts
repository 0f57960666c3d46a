import { expect, test } from 'vitest';
import { rowsOf, sumOf, usualOf } from './board-rows';

const day = { q: 'level:alarm OR level:prohibited', begins_at: '2026-11-16T15:00:00Z', until: '2026-11-17T00:03:00Z' };
const one = { class: 'print', alarms: 2, prohibited: 1, usual: 1.5, open: 1, handling: 0, handled: 4 };

test('a number of rows opens the rows of its class and level up to when was counted', () => {
  expect(rowsOf(day, 'print', 'prohibited').search?.['q']).toBe(
    '(level:alarm OR level:prohibited) level:prohibited class:print 以降:2026-11-16T15:00:00Z まで:2026-11-17T00:03:00Z',
  );
  expect(rowsOf(day, '', 'alarms').search?.['q']).toContain('level:alarm -class:*');
});

test('a number of alarms opens those of its class and state, handled ones since the day began', () => {
  expect(rowsOf(day, 'print', 'open')).toEqual({ to: '/alarms', search: { state: 'open', class: 'print' } });
  expect(rowsOf(day, 'print', 'handled').search).toEqual({ state: 'handled', class: 'print', handled_since: day.begins_at });
});

test('what is usual in all is said once it is known of every class', () => {
  expect([sumOf({ classes: [one, one] }), usualOf({ classes: [one, one] })]).toEqual([6, 3]);
  expect(usualOf({ classes: [one, { ...one, usual: null }] })).toBeUndefined();
  expect(usualOf({ classes: [] })).toBeUndefined();
});
