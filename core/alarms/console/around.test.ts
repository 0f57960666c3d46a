import { expect, it } from 'vitest';
import { aroundOf } from './around';

const endpoint = { id: 'e', hostname: 'PC-014' };

function check(occurred_at: string, since: string, until: string): void {
  expect(aroundOf({ endpoint, detail: { event: 'x', occurred_at } })).toEqual({ endpoint: 'PC-014', event: 'x', since, until });
}

it('the rows around an alarm of a rule are at least five minutes before and after its event', () => {
  check('2026-11-17T08:30:00.000000Z', '2026-11-17T08:25:00.000Z', '2026-11-17T08:35:00.000Z');
  check('2026-11-17T08:30:59.500000Z', '2026-11-17T08:25:00.000Z', '2026-11-17T08:36:00.000Z');
  check('2026-11-17T23:58:01.000000Z', '2026-11-17T23:53:00.000Z', '2026-11-18T00:04:00.000Z');
});

it('there are none around an alarm that no event raised, or that is about the server', () => {
  expect(aroundOf({ endpoint, detail: { after_days: 3 } })).toBeUndefined();
  expect(aroundOf({ detail: { event: 'x', occurred_at: '2026-11-17T08:30:00Z' } })).toBeUndefined();
});
