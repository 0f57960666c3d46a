import type { EffectivePolicy } from '@shell/api/schema';
import { marksOf } from '@shell/i18n/marks';
import { describe, expect, it } from 'vitest';
import { settingsOf, valueWords, type Origin } from './in-force';

const origin = (pointer: string, from: Origin['from']): Origin => ({
  pointer,
  from,
  group: null,
  policy_version: null,
  grant_id: null,
  expires_at: null,
});

const policy: EffectivePolicy = {
  feature: 'operation_log',
  value: { sensors: { file: true, window: false }, keep: 30, skip: [] },
  origins: [origin('', 'default'), origin('/sensors', 'group'), origin('/sensors/window', 'grant')],
  wanted_hash: 'a',
  applied_hash: 'a',
  applied_at: null,
  state: 'applied',
  errors: [],
};

describe('the settings in force', () => {
  it('each show the nearest origin', () => {
    const found = Object.fromEntries(settingsOf(policy).map((setting) => [setting.pointer, setting.origin?.from]));
    expect(found).toEqual({ '/sensors/file': 'group', '/sensors/window': 'grant', '/keep': 'default', '/skip': 'default' });
  });

  it('does not take a name for the beginning of another', () => {
    const other = { ...policy, value: { sensors_more: 1 }, origins: [origin('/sensors', 'group')] };
    expect(settingsOf(other)[0]?.origin).toBeUndefined();
  });
});

describe('a value in words', () => {
  it('is written as people say it', () => {
    const words = { yes: 'はい', no: 'いいえ', none: 'なし', marks: marksOf('ja') };
    const name = (value: string): string => (value === 'log' ? '記録' : value);
    expect([true, false, [], null, ['log', 'x'], 'log', 7, [{ name: 'y', level: 'log' }]].map((value) => valueWords(value, words, name))).toEqual([
      'はい',
      'いいえ',
      'なし',
      'なし',
      '記録、x',
      '記録',
      '7',
      'y・記録',
    ]);
  });
});
