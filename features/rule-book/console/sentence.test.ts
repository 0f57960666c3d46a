import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Language } from '@shell/i18n/words';
import en from './en.json';
import ja from './ja.json';
import type { Rule } from './rule';
import { daysWords, sentenceOf, whenWords, type Speech } from './sentence';

/** The dictionary as the console reads it. */
function speech(language: Language): Speech {
  const words: unknown = language === 'ja' ? ja : en;
  return {
    language,
    say: (key, values = {}) => {
      const found = key.split('.').reduce<unknown>((tree, name) => (tree as Record<string, unknown> | undefined)?.[name], words);
      return typeof found === 'string' ? found.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name])) : undefined;
    },
    kind: (kind) => (kind === 'rule.match' ? '決まりに一致' : kind),
  };
}

const base: Rule = { id: 'a', name: 'a', class: 'file', level: 'alarm', when: { kinds: ['file.copy'] } };

function check(rule: Partial<Rule>, inJapanese: string, inEnglish: string): void {
  expect(sentenceOf(speech('ja'), { ...base, ...rule })).toBe(inJapanese);
  expect(sentenceOf(speech('en'), { ...base, ...rule })).toBe(inEnglish);
}

describe('a rule as one sentence', () => {
  it('says who does what and what becomes of it', () => {
    check({}, 'だれかが、ファイルのコピーをしたとき、本人に知らせ、管理者への警告にする。', 'When anybody copies a file: tell the person and raise an alarm.');
    check({ level: 'log' }, 'だれかが、ファイルのコピーをしたとき、規則の名前を付けて記録する。', "When anybody copies a file: the row carries the rule's name.");
    check(
      { level: 'prohibit', popup: { show: false }, when: { kinds: ['print'], accounts: ['tanaka', 'guest'] } },
      'tanakaかguestが、印刷したとき、本人には知らせずに止め、管理者への警告にする。',
      'When tanaka or guest prints: stop it without a word and raise an alarm.',
    );
  });

  it('says from where to where, when, with what and how much', () => {
    check(
      {
        when: { kinds: ['file.create', 'file.copy', 'file.move'], from: ['network'], to: ['removable', 'optical'], hours: 'outside_business', program: { names: ['cp'] }, bytes_at_least: 10_000_000 },
        at_least: { count: 50, bytes: 500_000_000, within_s: 600 },
      },
      'だれかが、業務時間外にcpで共有フォルダーから持ち運べる機器かCD・DVDへファイルの作成・コピー・移動をしたとき（10 MB 以上）、10分に50回か500 MBになったら、本人に知らせ、管理者への警告にする。',
      'When anybody creates, copies or moves a file from a share to a portable device or a disc with cp outside business hours (at least 10 MB), once it comes to 50 times or 500 MB within 10 min: tell the person and raise an alarm.',
    );
  });

  it('calls the start of a program what it is, also of one that is new', () => {
    check(
      { level: 'log', when: { kinds: ['process.start'], program: { names: ['winscp.exe', 'rclone', 'lftp', 'pscp.exe'] } } },
      'だれかが、winscp.exe、rclone、ほか2つを起動したとき、規則の名前を付けて記録する。',
      "When anybody starts winscp.exe, rclone or 2 more: the row carries the rule's name.",
    );
    check(
      { level: 'log', when: { kinds: ['process.start'], first_seen: 'endpoint' } },
      'だれかが、その端末で初めてのプログラムを起動したとき、規則の名前を付けて記録する。',
      "When anybody starts a program that never ran on the endpoint: the row carries the rule's name.",
    );
  });

  it('tells the words that are looked for, and those that must not be there', () => {
    check(
      { level: 'log', when: { kinds: ['file.rename', 'mail.attach'], texts: [{ in: 'name', any_of: ['社外秘', '極秘'], none_of: ['公開'] }] } },
      'だれかが、ファイルの名前の変更をした、またはメールの添付をしたとき（ファイルの名前に「社外秘」か「極秘」がある・ファイルの名前に「公開」がない）、規則の名前を付けて記録する。',
      "When anybody renames a file, or attaches a file to a mail (“社外秘” or “極秘” in the file name; no “公開” in the file name): the row carries the rule's name.",
    );
  });

  it('does not hide an act that it has no verb for', () => {
    check({ level: 'log', when: { kinds: ['rule.match'] } }, 'だれかが、「決まりに一致」が起きたとき、規則の名前を付けて記録する。', "When anybody does “決まりに一致”: the row carries the rule's name.");
    check({ level: 'log', when: { accounts: ['root'] } }, "rootが、何かしたとき、規則の名前を付けて記録する。", "When root does anything: the row carries the rule's name.");
  });

  it('writes days in a row as such, and hours with them', () => {
    expect(daysWords(speech('ja'), ['mon', 'tue', 'wed', 'thu', 'fri'])).toBe('月〜金');
    expect(daysWords(speech('en'), ['fri', 'mon'])).toBe('Mon, Fri');
    expect(daysWords(speech('ja'), undefined)).toBe('毎日');
    expect(whenWords(speech('ja'), { kinds: ['file'], hours: { within: [{ days: ['sat', 'sun'], from: '22:00', to: '05:00' }] } })).toBe('だれかが、土・日 22:00–05:00にファイルに何かしたとき');
  });
});

const folder = fileURLToPath(new URL('../../../engine/rules/ready', import.meta.url));

it.each(readdirSync(folder))('%s is a whole sentence in both languages', (file) => {
  const { rule } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as { rule: Omit<Rule, 'name'> };
  for (const language of ['ja', 'en'] as const) {
    const sentence = sentenceOf(speech(language), { name: 'a', ...rule });
    expect(sentence).toMatch(language === 'ja' ? /^だれかが、.+とき.+。$/u : /^When anybody [a-z].+\.$/u);
    expect(sentence).not.toMatch(/undefined|\{\{|sentence\.|acts\./u);
    expect(sentence).not.toContain('  ');
  }
});
