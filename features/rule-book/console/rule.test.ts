import { describe, expect, it } from 'vitest';
import { bookOf, changesOf, entriesOf, expiryOf, freeId, rebased, valueOf } from './book';
import { codeOf, faultsOf } from './faults';
import { fill, stamp, type Values } from './popup';
import { rulesOf, sameRule, tidied, type Rule } from './rule';

const rule = (id: string, more: Partial<Rule> = {}): Rule => ({ id, name: id, class: 'file', level: 'alarm', when: { kinds: ['file'] }, ...more });
const ref = (path: string): { id: string; name: string; path: string } => ({ id: path, name: path.split('/').at(-1) ?? '', path });
const version = (path: string, inherit: 'add' | 'replace', rules: Rule[], calendar?: object): never =>
  ({ feature: 'rule_book', group: ref(path), inherit, etag: '1', value: { rules, ...(calendar ? { calendar } : {}) } }) as never;
const ids = (rules: readonly Rule[]): string[] => rules.map((one) => one.id);

describe('a stored rule', () => {
  it('says nothing that is so anyway', () => {
    const wordy = { ...rule('a'), on: true, except: [], popup: { show: true, quiet_s: 60 }, at_least: null, when: { kinds: ['file'], texts: [], program: { names: [] }, hours: null } };
    expect(tidied(wordy as unknown as Rule)).toEqual(rule('a'));
    expect(sameRule(wordy as unknown as Rule, rule('a'))).toBe(true);
  });

  it('keeps what this console does not know, and what is wrong until somebody puts it right', () => {
    const later = { ...rule('a'), colour: 'blue', when: { kinds: ['file'], moon: 'full', hours: { within: [] } } };
    expect(rulesOf({ rules: [later, 3, null] })).toEqual([later]);
  });
});

describe('the book of a group', () => {
  const root = { id: '/', name: 'みなと', path: '/' } as never;
  const kei = { id: '/本社/経理', name: '経理', path: '/本社/経理' } as never;
  const usual = { calendar: { time_zone: 'Asia/Tokyo' }, rules: [] };

  it('is its own rules and those from above, the farthest first', () => {
    const books = [version('/本社/経理', 'add', [rule('c')]), version('/', 'replace', [rule('a')], { time_zone: 'UTC' }), version('/本社', 'add', [rule('b')]), version('/大阪', 'add', [rule('x')])];
    const book = bookOf(kei, books, usual);
    expect(ids(book.own)).toEqual(['c']);
    expect(book.inherited.map((one) => [one.rule.id, one.group.path])).toEqual([['a', '/'], ['b', '/本社']]);
    expect([book.calendar.time_zone, book.calendarFrom?.path, book.ownCalendar]).toEqual(['UTC', '/', false]);
  });

  it('takes nothing from above where it or a group between stands alone', () => {
    const above = version('/', 'replace', [rule('a')]);
    expect(bookOf(kei, [above, version('/本社/経理', 'replace', [rule('c')])], usual).inherited).toEqual([]);
    const between = bookOf(kei, [above, version('/本社', 'replace', [rule('b')])], usual);
    expect(ids(between.inherited.map((one) => one.rule))).toEqual(['b']);
    expect(between.inherit).toBe('add');
    expect(bookOf(root, [], usual).inherit).toBe('replace');
  });

  it('is stored with all that stood there beside the rules', () => {
    const book = bookOf(kei, [version('/本社/経理', 'add', [rule('c')], { closed: ['2026-12-29'] })], usual);
    expect(valueOf(book, entriesOf([rule('d', { on: true })]), null, usual)).toEqual({ calendar: { closed: ['2026-12-29'] }, rules: [rule('d')] });
    expect(valueOf(bookOf(root, [], usual), [], null, usual)).toEqual(usual);
    expect(valueOf(bookOf(kei, [], usual), [], null, usual)).toEqual({ rules: [] });
  });
});

describe('what was changed', () => {
  const stored = [rule('a'), rule('b'), rule('c')];
  const kinds = (draft: readonly { key: string; rule: Rule }[]): string[] => changesOf(stored, draft).map((one) => `${one.kind} ${one.key}`.trim());

  it('is told by rule', () => {
    expect(kinds(entriesOf(stored))).toEqual([]);
    expect(kinds(entriesOf([rule('a', { on: false }), rule('b', { level: 'log' }), rule('c', { name: 'x' })]))).toEqual(['off a', 'level b', 'changed c']);
    expect(kinds(entriesOf([rule('c'), rule('a')]))).toEqual(['removed b', 'order']);
    expect(kinds([...entriesOf(stored), { key: 'new-1', rule: rule('d') }])).toEqual(['added new-1']);
  });

  it('is laid over what somebody else stored meanwhile, and says where both meant the same rule', () => {
    const mine = [{ key: 'a', rule: rule('a', { level: 'log' }) }, ...entriesOf([rule('c')]), { key: 'new-1', rule: rule('d') }];
    const theirs = [rule('e'), rule('a'), rule('b', { on: false }), rule('c', { name: 'theirs' })];
    const { entries, clashes } = rebased(stored, mine, theirs);
    expect(entries.map((one) => `${one.key} ${one.rule.level} ${one.rule.name}`)).toEqual(['e alarm e', 'a log a', 'c alarm theirs', 'new-1 alarm d']);
    expect(clashes).toEqual(['b']);
  });

  it('has ids of its own', () => {
    expect([freeId('removable_write', []), freeId('print', ['print', 'print-2']), freeId('印刷', [])]).toEqual(['removable-write', 'print-3', 'rule']);
  });
});

it('exceptions that are over or end within a fortnight are known', () => {
  const now = Date.parse('2026-11-17T00:00:00Z');
  const until = (at: string): { when: object; reason: string; until: string } => ({ when: {}, reason: 'r', until: at });
  const except = [until('2026-11-16T00:00:00Z'), until('2026-11-30T00:00:00Z'), until('2026-11-20T00:00:00Z'), until('2027-01-01T00:00:00Z'), { when: {}, reason: 'r' }];
  expect(expiryOf(rule('a', { except }), now)).toEqual({ all: 5, over: 1, next: Date.parse('2026-11-20T00:00:00Z') });
  expect(expiryOf(rule('a'), now)).toEqual({ all: 0, over: 0, next: null });
});

describe('what is wrong with a rule', () => {
  const check = (more: Partial<Rule>, expected: string[]): void => {
    expect(faultsOf(rule('a', more), ['taken']).map((one) => `${one.pointer} ${one.code}`)).toEqual(expected);
  };

  it('is what the server refuses, at the same place', () => {
    check({}, []);
    check({ id: 'A b', name: ' ', class: 'x-y' }, ['/id id', '/name name', '/class class']);
    check({ id: 'taken', when: {} }, ['/id id_taken', '/when everything']);
    check({ when: { texts: [{ in: 'any', any_of: ['*', ' '] }, { in: 'path' }] } }, ['/when/texts/0/any_of stars', '/when/texts/0/any_of empty', '/when/texts/1 no_text']);
    check({ when: { program: { names: ['/bin/x'], sha256: ['12'], paths: ['/**'] } } }, ['/when/program/names folder', '/when/program/sha256 sha256', '/when/program/paths stars']);
    check({ when: { hours: { within: [{ from: '8:30', to: '24:00' }] } } }, ['/when/hours/within/0/from span']);
    check({ at_least: { within_s: 0 } }, ['/at_least no_amount', '/at_least/within_s window']);
    check({ except: [{ when: {}, reason: ' ' }] }, ['/except/0/when everything_let', '/except/0/reason reason']);
    check({ popup: { text: ' ' } }, ['/popup/text popup_empty']);
    check({ popup: { text: 'あ'.repeat(2001) } }, ['/popup/text popup_long']);
  });

  it('is known again by the words of the server', () => {
    expect(codeOf('a SHA-256 has 64 hexadecimal digits')).toBe('sha256');
    expect(codeOf('something new')).toBeUndefined();
  });
});

describe('the text of a pop-up', () => {
  const values: Values = { APP: 'cp', FILE: '/media/usb/見積.xlsx', TIME: '2026-11-27 10:02:03', USER: 'tanaka', RULE: '%USER%', HASH: '' };

  it('is filled as the endpoint fills it', () => {
    expect(fill('%USER%さん: %TIME% に %APP% で %FILE% (%RULE%, %HASH%)', values)).toBe('tanakaさん: 2026-11-27 10:02:03 に cp で /media/usb/見積.xlsx (%USER%, -)');
    expect(fill('100% of %NOTHING% is 50%', values)).toBe('100% of %NOTHING% is 50%');
    expect(fill('%%APP%%', values)).toBe('%cp%');
    expect(stamp(Date.parse('2026-11-27T01:02:03Z'), 'Asia/Tokyo')).toBe('2026-11-27 10:02:03');
  });
});
