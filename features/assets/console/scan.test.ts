import { expect, test } from 'vitest';
import { assetOf } from './scan';

const id = '0193a001-0000-7025-800b-00000000000d';

test('a label names its asset whatever the server is called', () => {
  expect(assetOf(`https://yagura.example.jp/a/${id}`)).toBe(id);
  expect(assetOf(`https://old.example.jp:8443/a/${id.toUpperCase()}\n`)).toBe(id);
});

test('other codes are no assets', () => {
  for (const text of ['', 'https://example.jp/', `https://example.jp/a/${id}/more`, 'WIFI:S:office;T:WPA;P:secret;;', id]) expect(assetOf(text)).toBeNull();
});
