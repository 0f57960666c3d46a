import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Entry {
  license?: string;
  resolved?: string;
  dev?: boolean;
  link?: boolean;
}
const lock = JSON.parse(readFileSync(fileURLToPath(new URL('../../package-lock.json', import.meta.url)), 'utf8')) as {
  packages: Record<string, Entry>;
};
const packages = Object.entries(lock.packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link);

const shipped = ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD'];
// What only builds and tests may also be under these; the record of decisions says which packages they are and why.
const toolsOnly = ['BlueOak-1.0.0', 'MIT-0', 'Python-2.0', 'CC-BY-4.0', 'CC0-1.0', 'MPL-2.0'];
const named: Record<string, string> = { isbot: 'Unlicense', 'type-fest': '(MIT OR CC0-1.0)' };

describe('the packages', () => {
  it('come under licences that allow what we do with them', () => {
    const wrong = packages.filter(([path, { license, dev }]) => {
      const name = path.split('node_modules/').at(-1) ?? '';
      return !(shipped.includes(license ?? '') || (dev && toolsOnly.includes(license ?? '')) || named[name] === license);
    });
    expect(wrong.map(([path, { license }]) => `${path}: ${license ?? 'none'}`)).toEqual([]);
    expect(packages.length).toBeGreaterThan(100);
  });

  it('are locked without the host they came from', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});
