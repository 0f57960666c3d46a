import { describe, expect, it } from 'vitest';
import { at, isWithin, put } from './place';

const value = { disk: { on: true, percent: 95 }, parts: ['cpu'] };

describe('a place in settings', () => {
  it('is read and written without changing the value that was read', () => {
    const next = put(value, '/disk/percent', 50);
    expect([at(next, '/disk/percent'), at(next, '/disk/on'), at(value, '/disk/percent')]).toEqual([50, true, 95]);
    expect(put(value, '/parts', []).parts).toEqual([]);
    expect(at(value, '/none/of/it')).toBeUndefined();
  });

  it('takes both ends of what is allowed, and nothing that is no number', () => {
    expect([1, 9, 0, 10, NaN, undefined].map((number) => isWithin(number, [1, 9]))).toEqual([true, true, false, false, false, false]);
    expect(isWithin(NaN, undefined)).toBe(false);
  });
});
