import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
type Tree = { [key: string]: string | Tree };

const candidates: [string, string][] = [
  ['shell', `${root}/console/src/words`],
  ...['core', 'features'].flatMap((part) =>
    readdirSync(`${root}/${part}`).map((name): [string, string] => [name, `${root}/${part}/${name}/console`]),
  ),
];
const folders = candidates.filter(([, folder]) => existsSync(`${folder}/ja.json`));

/** The words that everybody fetches first, and those that come with the pages. */
function read(folder: string, language: string): Tree {
  const file = (name: string): Tree => (existsSync(`${folder}/${name}`) ? (JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Tree) : {});
  return both(file(`${language}.json`), file(`pages.${language}.json`));
}

function both(a: Tree, b: Tree): Tree {
  const laid = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const there = laid[key];
    laid[key] = typeof there === 'object' && typeof value === 'object' ? both(there, value) : value;
  }
  return laid;
}

/** Dotted keys; the plural forms of one word are one key. */
function keys(tree: Tree, before = ''): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${before}${name.replace(/_(one|other)$/, '')}`] : keys(value, `${before}${name}.`),
  );
}
const sorted = (tree: Tree): string[] => [...new Set(keys(tree))].sort();

function values(tree: Tree, before = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[`${before}${name}`, value]] : values(value, `${before}${name}.`),
  );
}

describe.each(folders)('the words of %s', (_name, folder) => {
  it('have the same keys in both languages', () => {
    expect(sorted(read(folder, 'en'))).toEqual(sorted(read(folder, 'ja')));
  });

  it('name the same values in both languages', () => {
    const holes = (language: string): Record<string, string[]> =>
      Object.fromEntries(
        values(read(folder, language))
          .filter(([key]) => !key.endsWith('_one'))
          .map(([key, text]) => [key.replace(/_other$/, ''), [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort()]),
      );
    expect(holes('en')).toEqual(holes('ja'));
  });

  it('use no half-width kana and no full-width letters', () => {
    const bad = values(read(folder, 'ja')).filter(([, text]) => /[\uff61-\uff9f\uff21-\uff3a\uff41-\uff5a]/.test(text));
    expect(bad).toEqual([]);
  });
});

describe('every key that the code names', () => {
  const words = new Map(folders.map(([name, folder]) => [name, new Set(keys(read(folder, 'ja')))]));
  const sources = folders.flatMap(([name, folder]) => {
    const base = name === 'shell' ? `${root}/console/src` : folder;
    return readdirSync(base, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
      .map((file) => `${base}/${file}`);
  });

  it('exists', () => {
    const missing: string[] = [];
    let seen = 0;
    for (const file of sources) {
      const text = readFileSync(file, 'utf8');
      const speakers = new Map([...text.matchAll(/const (\w+) = useWords\('([\w-]+)'\)/g)].map((found) => [found[1], found[2]]));
      for (const [, speaker, key] of text.matchAll(/\b(\w+)\('([\w.]+)'[,)]/g)) {
        const namespace = speakers.get(speaker);
        if (namespace === undefined || key === undefined) continue;
        seen += 1;
        if (!words.get(namespace)?.has(key)) missing.push(`${file}: ${namespace}:${key}`);
      }
    }
    expect(missing).toEqual([]);
    expect(seen).toBeGreaterThan(400);
  });
});
