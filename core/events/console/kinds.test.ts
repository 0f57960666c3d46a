import { describe, expect, it } from 'vitest';
import { splitMatches, splitPath } from './kinds';

describe('a path', () => {
  it('is read file first, folder after', () => {
    expect(splitPath('\\\\fs01\\営業\\見積.xlsx')).toEqual({ name: '見積.xlsx', folder: '\\\\fs01\\営業' });
    expect(splitPath('/usr/bin/curl')).toEqual({ name: 'curl', folder: '/usr/bin' });
  });

  it('is left whole where it is none', () => {
    for (const text of ['Kingston DT 32GB', 'https://portal.example/a', 'F:\\', '/']) {
      expect(splitPath(text)).toEqual({ name: text, folder: '' });
    }
  });
});

describe('the match in a text', () => {
  const marked = (text: string, wanted: string): string =>
    splitMatches(text, wanted)
      .map((part) => (part.hit ? `[${part.text}]` : part.text))
      .join('');

  it('is marked at every place, whatever its case and width', () => {
    expect(marked('見積_見積書.xlsx', '見積')).toBe('[見積]_[見積]書.xlsx');
    expect(marked('Report.PDF', 'pdf')).toBe('Report.[PDF]');
    expect(marked('ＡＢＣ.txt', 'abc')).toBe('[ＡＢＣ].txt');
  });

  it('is not marked at the wrong place where folding changes the length', () => {
    expect(marked('㍿見積', '見積')).toBe('㍿見積');
    expect(marked('abc', '')).toBe('abc');
  });
});
