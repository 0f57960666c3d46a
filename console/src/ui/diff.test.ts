import { describe, expect, it } from 'vitest';
import { differences, inLine, pointerParts } from './diff';

describe('the differences of two values', () => {
  it('name each place by a JSON pointer', () => {
    expect(differences({ a: { b: 1, 'c/d': 2 }, keep: 1 }, { a: { b: 2, 'c/d': 3 }, keep: 1 })).toEqual([
      { pointer: '/a/b', before: 1, after: 2 },
      { pointer: '/a/c~1d', before: 2, after: 3 },
    ]);
    expect(pointerParts('/a/c~1d')).toEqual(['a', 'c/d']);
  });

  it('show what comes and goes', () => {
    expect(differences({ old: true }, { fresh: { deep: 1 } })).toEqual([
      { pointer: '/fresh/deep', before: undefined, after: 1 },
      { pointer: '/old', before: true, after: undefined },
    ]);
  });

  it('compare lists whole, and find none where nothing differs', () => {
    expect(differences({ list: [1, 2] }, { list: [2, 1] })).toHaveLength(1);
    expect(differences({ list: [{ a: 1 }] }, { list: [{ a: 1 }] })).toEqual([]);
    expect(differences({}, { empty: {} })).toEqual([{ pointer: '/empty', before: undefined, after: {} }]);
  });
});

describe('a value in one line', () => {
  it('is text as it stands, the rest as JSON', () => {
    expect([inLine('x'), inLine([1]), inLine(undefined)]).toEqual(['x', '[1]', '']);
  });
});
