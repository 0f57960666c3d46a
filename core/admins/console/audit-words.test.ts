import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import words from './pages.ja.json';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The actions that the server's sources write into the audit log. */
function written(): string[] {
  const found = new Set<string>();
  for (const part of ['core', 'features', 'server']) {
    for (const file of readdirSync(`${root}/${part}`, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.rs') || file.includes('/tests/')) continue;
      for (const [, action] of readFileSync(`${root}/${part}/${file}`, 'utf8').matchAll(/Change::begin(?:_as)?\([^;]*?"([a-z_]+(?:\.[a-z_]+)+)"/g)) {
        if (action !== undefined) found.add(action);
      }
    }
  }
  return [...found].sort();
}

it('every action that the server writes into the audit log has a name', () => {
  const nameOf = (action: string): unknown => action.split('.').reduce<unknown>((tree, part) => (tree as Record<string, unknown> | undefined)?.[part], words.audit.actions);
  const all = written();
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((action) => typeof nameOf(action) !== 'string')).toEqual([]);
});
