import { describe, expect, it } from 'vitest';
import { drafts, faults, rulesOf, type Draft } from './rules';

const rule = (id: number, kind: string | null, days: Draft['days'], group: string | null = null): Draft => ({ id, kind, group, days });
const check = (all: Draft[], expected: [number, string][]): void => {
  expect([...faults(all)]).toEqual(expected);
};

describe('the rules in the form', () => {
  it('begin with the one that all others are exceptions to, and go back as they came', () => {
    const stored = [{ kind: 'web.*', group: null, days: 30 }, { kind: null, group: null, days: null }];
    expect(drafts(stored).map((one) => one.kind)).toEqual([null, 'web.*']);
    expect(rulesOf(drafts(stored))).toEqual([stored[1], stored[0]]);
  });

  it('count what the server leaves out as nothing', () => {
    expect(rulesOf(drafts([{}]))).toEqual([{ kind: null, group: null, days: null }]);
  });

  it('are for whole days from one to ten years, or for ever', () => {
    check([rule(0, null, 1), rule(1, 'web.*', 3650), rule(2, 'file.*', null)], []);
    check([rule(0, null, 0), rule(1, 'web.*', 3651), rule(2, 'file.*', ''), rule(3, 'net.*', 1.5)], [[0, 'days'], [1, 'days'], [2, 'days'], [3, 'days']]);
  });

  it('speak once of the same kinds and endpoints', () => {
    check([rule(0, 'web.*', 30), rule(1, 'web.*', 60), rule(2, 'web.*', 60, 'a-group')], [[1, 'taken']]);
  });
});
