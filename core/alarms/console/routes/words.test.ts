import type { AlarmRoute } from '@shell/api/schema';
import type { Language, Say } from '@shell/i18n';
import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import en from '../en.json';
import ja from '../ja.json';
import pagesEn from '../pages.en.json';
import pagesJa from '../pages.ja.json';
import { endWords, sentence, whenWords, whichWords, type Speech } from './words';

const engine = i18next.createInstance();
beforeAll(async () => {
  const resources = { ja: { alarms: { ...ja, ...pagesJa } }, en: { alarms: { ...en, ...pagesEn } } };
  await engine.init({ lng: 'ja', fallbackLng: false, interpolation: { escapeValue: false }, resources });
});

function speech(language: Language): Speech {
  const t = engine.getFixedT(language, 'alarms') as unknown as Say<'alarms'>;
  return { language, t, kind: (word) => t(`kind.${word}.title` as 'kind.endpoint.silent.title'), ruleClass: (word) => (word === 'print' ? '大量印刷' : word) };
}

const mail: AlarmRoute = { name: 'a', on: true, to: { kind: 'mail', addresses: ['it@minato.example'] } };

function checkWhich(route: Partial<AlarmRoute>, japanese: string, english: string, group: string | null = '本社 › 経理部'): void {
  expect(whichWords({ ...mail, ...route }, group, speech('ja'))).toBe(japanese);
  expect(whichWords({ ...mail, ...route }, group, speech('en'))).toBe(english);
}

describe('which alarms a route sends', () => {
  it('is all of them where nothing narrows it', () => {
    checkWhich({}, 'すべての警告', 'All alarms');
    checkWhich({ least: 'low', kinds: [], classes: [], group: null }, 'すべての警告', 'All alarms');
  });

  it('is narrowed by kinds, by classes of rules, and by both', () => {
    checkWhich({ kinds: ['storage.low'] }, '「空きが残りわずか」の警告', 'Alarms of the kind “The server\'s disk is nearly full”');
    checkWhich(
      { kinds: ['endpoint.silent', 'endpoint.clock'] },
      '「便りが途絶えた」、「時計がずれている」の警告',
      'Alarms of the kinds “No contact with an endpoint”, “An endpoint\'s clock is wrong”',
    );
    checkWhich({ classes: ['print'] }, '「大量印刷」の規則の警告', 'Alarms of rules on “大量印刷”');
    checkWhich(
      { classes: ['print'], kinds: ['rule.prohibited'] },
      '「大量印刷」の規則の、「規則が止めた操作」の警告',
      'Alarms of rules on “大量印刷”, of the kind “Something a rule stopped”',
    );
  });

  it('counts what would be too many to name', () => {
    checkWhich({ classes: ['a', 'b', 'c', 'd', 'e'] }, '「a」、「b」、「c」ほか2種類の規則の警告', 'Alarms of rules on “a”, “b”, “c” and 2 more');
  });

  it('says how bad and where, and that a group is there no more', () => {
    checkWhich({ least: 'high' }, '重さ「高」以上のすべての警告', 'All alarms, severity high and above');
    checkWhich({ least: 'critical' }, '重さ「至急」のすべての警告', 'All alarms, severity critical');
    checkWhich(
      { least: 'medium', group: 'g' },
      '本社 › 経理部とその下の端末の、重さ「中」以上のすべての警告',
      'All alarms, severity medium and above, on endpoints in 本社 › 経理部 and below',
    );
    checkWhich({ group: 'g' }, 'もうないグループとその下の端末の、すべての警告', 'All alarms, on endpoints in a group that is gone and below', null);
  });
});

function checkWhen(route: Partial<AlarmRoute>, japanese: string, english: string): void {
  expect(whenWords({ ...mail, ...route }, speech('ja'))).toBe(japanese);
  expect(whenWords({ ...mail, ...route }, speech('en'))).toBe(english);
}

it('when a route sends is at once, daily, or when nobody has looked for a time that is said exactly', () => {
  const daily = { when: { kind: 'daily', hour: 9 } } as const;
  checkWhen({}, 'すぐ', 'At once');
  checkWhen({ when: { kind: 'at_once' }, open_for_min: null }, 'すぐ', 'At once');
  checkWhen(daily, '毎日9時にまとめて', 'Daily at 9:00');
  checkWhen({ open_for_min: 30 }, '30分たっても未対応なら', 'If still open after 30 min');
  checkWhen({ open_for_min: 250 }, '250分たっても未対応なら', 'If still open after 250 min');
  checkWhen({ open_for_min: 120 }, '2時間たっても未対応なら', 'If still open after 2 h');
  checkWhen({ open_for_min: 1440 }, '1日たっても未対応なら', 'If still open after 1 day');
  checkWhen({ open_for_min: 1500 }, '1500分たっても未対応なら', 'If still open after 1500 min');
  checkWhen({ ...daily, open_for_min: 60 }, '1時間たっても未対応のものを、毎日9時に', 'Daily at 9:00, what is still open after 1 h');
});

it('the other end is named by addresses or by its host, never by a secret', () => {
  const many = ['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example'];
  expect(endWords({ kind: 'mail', addresses: many }, null, speech('ja'))).toBe('a@x.example、b@x.example、c@x.example ほか1人');
  expect(endWords({ kind: 'chat', service: 'slack', url: 'https://hooks.example/secret' }, 'hooks.example', speech('en'))).toBe('hooks.example');
  expect(endWords({ kind: 'syslog', receiver: { transport: 'tls', host: 'siem', port: 6514 } }, null, speech('ja'))).toBe('siem:6514');
});

it('a whole route is one sentence in both languages', () => {
  const check = (route: Partial<AlarmRoute>, host: string | null, japanese: string, english: string): void => {
    expect(sentence({ ...mail, ...route }, host, null, speech('ja'))).toBe(japanese);
    expect(sentence({ ...mail, ...route }, host, null, speech('en'))).toBe(english);
  };
  check({}, null, 'すべての警告を、すぐにit@minato.exampleへ送ります。', 'All alarms: sent at once to it@minato.example.');
  check(
    { to: { kind: 'chat', service: 'teams' }, when: { kind: 'daily', hour: 18 } },
    'flow.example',
    'すべての警告を、毎日18時にまとめてTeams（flow.example）へ送ります。',
    'All alarms: sent together every day at 18:00 to Teams (flow.example).',
  );
  check(
    { open_for_min: 30, on: false, to: { kind: 'mail', addresses: [] } },
    null,
    'すべての警告が30分たっても未対応のままなら、まだ決めていない宛先へ送ります。いまは使っていません。',
    'All alarms: sent to an address still to be given if still open after 30 min. It is not in use now.',
  );
});
