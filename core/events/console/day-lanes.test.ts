import type { EventView } from '@shell/api/schema';
import { describe, expect, it } from 'vitest';
import { lanesOf } from './day-lanes';

let serial = 0;
const event = (time: string, kind: string, more: Partial<EventView> = {}): EventView => {
  serial += 1;
  return {
    id: String(serial),
    endpoint: 'e',
    hostname: 'PC-1',
    kind,
    occurred_at: `2026-11-17T${time}:00.000000Z`,
    received_at: `2026-11-17T${time}:01.000000Z`,
    user: '三浦',
    inferred: false,
    truncated: false,
    epoch: 'e',
    level: 'recorded',
    rule: null,
    feature: 'operation_log',
    lane: 'operation',
    seq: serial,
    body: {},
    ...more,
  };
};
const at = (time: string): number => Date.parse(`2026-11-17T${time}:00Z`);
const now = at('09:00');

describe('the lanes of a day', () => {
  it('begin at the quarter hour before the first event and reach beyond now', () => {
    const lanes = lanesOf([event('08:10', 'power.boot')], now);
    expect(lanes).toMatchObject({ from: at('08:00'), to: at('09:15') });
  });

  it('show a logon until the lock, and what is still going on until now', () => {
    const lanes = lanesOf([event('08:40', 'session.unlock'), event('08:30', 'session.lock'), event('08:10', 'session.logon')], now);
    expect(lanes.session).toEqual([
      { from: at('08:10'), to: at('08:30'), label: '三浦' },
      { from: at('08:40'), to: now, label: '三浦' },
    ]);
  });

  it('end a window where the next comes to the front', () => {
    const lanes = lanesOf([event('08:10', 'window.active', { class: 'Word' }), event('08:20', 'window.active', { class: 'Excel' })], now);
    expect(lanes.windows.map((one) => [one.label, one.to])).toEqual([
      ['Word', at('08:20')],
      ['Excel', now],
    ]);
  });

  it('count folded rows by their number, and mark what was raised', () => {
    const lanes = lanesOf([event('08:10', 'file.open', { count: 3 }), event('08:10', 'file.copy', { level: 'alarm' }), event('08:50', 'net.connect')], now);
    expect(lanes.files.reduce((sum, value) => sum + value, 0)).toBe(4);
    expect(lanes.network.reduce((sum, value) => sum + value, 0)).toBe(1);
    expect(lanes.marks).toHaveLength(1);
  });

  it('of an empty day are empty, and show the last hour', () => {
    expect(lanesOf([], now)).toMatchObject({ from: at('08:00'), session: [], windows: [], marks: [] });
  });
});
