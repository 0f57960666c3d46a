import { readSearch, writeSearch } from '@shell/address/query-string';
import { describe, expect, it } from 'vitest';
import { canRemedy, cellSearch, filterOf, remedyTarget, searchOf } from './filter';

const inAddress = (text: string): string => writeSearch(searchOf(filterOf(readSearch(text))));

describe('the conditions of the lists', () => {
  it('survive being written into the address and read again', () => {
    const text = '?q=openssl&group=g1&kind=server&part=patches&severity=critical,high&overdue=true&standing=no_fix&evidence=guess';
    expect(inAddress(text)).toBe(text);
  });

  it('have one way to be written, whatever order severities were chosen in', () => {
    expect(inAddress('?severity=low,critical')).toBe('?severity=critical,low');
  });

  it('leave out words that mean nothing', () => {
    expect(inAddress('?severity=terrible&part=roof&standing=odd&emergency=maybe')).toBe('');
  });
});

describe('a cell of the board', () => {
  it('leads to its group and its part', () => {
    expect(cellSearch({ kind: 'server' }, 'remote', 'g1')).toEqual({ kind: 'server', group: 'g1', part: 'remote' });
  });

  it('of urgent findings asks for them in every part', () => {
    expect(cellSearch({}, 'emergency', 'g1')).toEqual({ group: 'g1', emergency: 'true' });
  });

  it('of all groups keeps the group that the board stands under', () => {
    expect(cellSearch({ group: 'g0' }, 'os')).toEqual({ group: 'g0', part: 'os' });
  });
});

describe('the remedy', () => {
  it('takes the conditions along', () => {
    expect(remedyTarget({ group: 'g1', severity: 'critical' })).toEqual({ to: '/distribution/new', search: { from: 'vulnerabilities', group: 'g1', severity: 'critical' } });
  });

  it('is not offered for what has no fix or was excepted', () => {
    expect([undefined, 'open', 'no_fix', 'will_not_fix', 'excepted'].map((standing) => canRemedy({ standing }))).toEqual([true, true, false, false, false]);
  });
});
