import type { Software } from '@shell/api/schema';
import { describe, expect, it } from 'vitest';
import { arrange, sources } from './arrange';

const program = (name: string, version: string, size: number | null): Software => ({
  name,
  version,
  publisher: name === 'Firefox' ? 'Mozilla' : null,
  source: 'msi',
  architecture: null,
  installed_at: null,
  size_bytes: size,
});
const all = [program('弥生会計 26', '32.1', 900), program('Firefox', '9.0', null), program('7-Zip', '25.01', 5)];
const names = (text: string, sort: string): string[] => arrange(all, text, sort).map((one) => one.name);

describe('the list of software', () => {
  it('finds by name, publisher and version, whatever the width of the letters', () => {
    expect(names('ｆｉｒｅｆｏｘ', 'name')).toEqual(['Firefox']);
    expect(names('mozilla 9', 'name')).toEqual(['Firefox']);
    expect(names('会計', 'name')).toEqual(['弥生会計 26']);
  });

  it('puts what is not known last in both directions', () => {
    expect(names('', 'size_bytes')).toEqual(['7-Zip', '弥生会計 26', 'Firefox']);
    expect(names('', '-size_bytes')).toEqual(['弥生会計 26', '7-Zip', 'Firefox']);
  });

  it('is parted by where the software comes from', () => {
    const added: Software = { ...program('uBlock Origin', '1.57', null), source: 'firefox', account: 'tanaka', browser: 'Firefox' };
    expect(sources([added, ...all])).toEqual([
      ['msi', 3],
      ['firefox', 1],
    ]);
    expect(arrange([added, ...all], 'tanaka', 'name').map((one) => one.name)).toEqual(['uBlock Origin']);
    expect(arrange([added, ...all], '', 'name', 'firefox').map((one) => one.name)).toEqual(['uBlock Origin']);
  });

  it('compares versions by their numbers', () => {
    expect(names('', 'version')).toEqual(['Firefox', '7-Zip', '弥生会計 26']);
  });
});
