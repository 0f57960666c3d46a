import { describe, expect, it } from 'vitest';
import { bodyOf, emptyDraft, isGood, minuteOf } from './draft';

const draft = { ...emptyDraft(['先行', '一部', '残り']), name: ' 月例 ', groups: ['g'] };
const now = Date.parse('2026-11-17T00:00:00Z');

describe('a rollout that is being written', () => {
  it('is asked for with three rings, of which the last waits for a person', () => {
    const body = bodyOf(draft, 'Asia/Tokyo', now);
    expect(body.name).toBe('月例');
    expect(body.rings.map((ring) => [ring.share, ring.wait_s, ring.needs_go])).toEqual([[5, 0, false], [25, 86_400, false], [70, 86_400, true]]);
    expect(body.deadline).toBe('2026-12-01T00:00:00.000Z');
    expect(body.windows).toEqual([]);
  });

  it('counts its days from its beginning, in the zone of the organisation', () => {
    const body = bodyOf({ ...draft, starts: '2026-11-18T09:00', days: 1 }, 'Asia/Tokyo', now);
    expect([body.starts_at, body.deadline]).toEqual(['2026-11-18T00:00:00.000Z', '2026-11-19T00:00:00.000Z']);
  });

  it('has hours, names and arguments as they were written', () => {
    expect(minuteOf('22:30')).toBe(1350);
    expect(minuteOf('')).toBeNull();
    const body = bodyOf({ ...draft, work: 'package_updates', packages: 'curl\n\n libssl3 ', windowFrom: '22:30', windowHours: 6.5 }, 'Asia/Tokyo', now);
    expect(body.work).toEqual({ kind: 'package_updates', packages: ['curl', 'libssl3'] });
    expect(body.windows).toEqual([{ days: [], from: 1350, minutes: 390 }]);
  });

  it('puts off only what is announced', () => {
    const body = bodyOf({ ...draft, postponeTimes: 3 }, 'Asia/Tokyo', now);
    expect(body.notice).toMatchObject({ seconds: 0, postpone_times: 0, postpone_s: 0 });
  });

  it('can be checked once it has a name, work and somebody to reach', () => {
    expect(isGood(draft)).toBe(true);
    expect(isGood({ ...draft, name: ' ' })).toBe(false);
    expect(isGood({ ...draft, groups: [] })).toBe(false);
    expect(isGood({ ...draft, work: 'install' })).toBe(false);
  });
});
