import { describe, expect, it } from 'vitest';
import { daysOf, everyDay, faultOf, momentsOf, monthAfter, monthOf, placeOf, reachOf } from './days-dates';

const tokyo = 'Asia/Tokyo';
/** 17 November 2026, 08:42 in Tokyo. */
const now = Date.parse('2026-11-16T23:42:00Z');

describe('the days that are asked for', () => {
  it('are yesterday and today in the zone of the organisation', () => {
    expect(reachOf({}, now, tokyo)).toEqual({ from: '2026-11-16', to: '2026-11-17' });
  });
  it('are what the address says, and one day where it says one', () => {
    expect(reachOf({ from: '2026-11-01', to: '2026-11-03' }, now, tokyo)).toEqual({ from: '2026-11-01', to: '2026-11-03' });
    expect(reachOf({ from: '2026-11-01' }, now, tokyo)).toEqual({ from: '2026-11-01', to: '2026-11-01' });
    expect(reachOf({ from: '2026-13-01' }, now, tokyo)).toEqual({ from: '2026-11-16', to: '2026-11-17' });
  });
  it('must be in order and not too many', () => {
    expect(faultOf({ from: '2026-11-02', to: '2026-11-01' })).toBe('reversed');
    expect(faultOf({ from: '2026-11-01', to: '2027-01-01' })).toBeUndefined();
    expect(faultOf({ from: '2026-11-01', to: '2027-01-02' })).toBe('long');
  });
});

describe('a month', () => {
  it('ends today where it is the present one', () => {
    expect(daysOf(monthOf({}, now, tokyo), now, tokyo)).toEqual({ from: '2026-11-01', to: '2026-11-17' });
    expect(daysOf('2026-02', now, tokyo)).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect(everyDay({ from: '2026-02-27', to: '2026-03-01' })).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  });
  it('has one before and one after it over the new year', () => {
    expect([monthAfter('2026-12', 1), monthAfter('2026-01', -1)]).toEqual(['2027-01', '2025-12']);
  });
});

describe('a bar', () => {
  it('stands where the time of the day is, also on a day of 23 hours', () => {
    const day = momentsOf('2026-11-17', tokyo);
    expect(placeOf({ from: '2026-11-16T21:00:00Z', to: '2026-11-17T03:00:00Z' }, day)).toEqual({ left: 25, width: 25 });
    const short = momentsOf('2026-03-29', 'Europe/Berlin');
    expect((short[1] - short[0]) / 3_600_000).toBe(23);
    expect(placeOf({ from: '2026-03-28T22:00:00Z', to: '2026-03-30T00:00:00Z' }, short)).toEqual({ left: 0, width: 100 });
  });
});
