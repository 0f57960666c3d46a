import { describe, expect, it } from 'vitest';
import { readList, readSearch, writeList, writeSearch } from './query-string';

describe('the state in the address', () => {
  it('survives being written and read', () => {
    const state = { q: '見積 & "x"', kind: 'file.*,print.job', since: '2026-11-17T00:00:00.000Z' };
    expect(readSearch(writeSearch(state))).toEqual(state);
  });

  it('leaves out what says nothing, so that equal states have equal addresses', () => {
    expect(writeSearch({ q: '', state: undefined, group: null })).toBe('');
    expect(writeSearch({ q: 'a', state: undefined })).toBe('?q=a');
    expect(readSearch('?q=&state=online')).toEqual({ state: 'online' });
  });

  it('stays readable', () => {
    expect(writeSearch({ kind: 'a.*,b', q: 'os:linux' })).toBe('?kind=a.*,b&q=os:linux');
  });

  it('keeps lists with commas', () => {
    expect(readList('alarm,prohibited')).toEqual(['alarm', 'prohibited']);
    expect(readList(undefined)).toEqual([]);
    expect(writeList([])).toBeUndefined();
  });
});
