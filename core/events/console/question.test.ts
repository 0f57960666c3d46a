import { expect, test } from 'vitest';
import { questionOf, quoted, soughtIn, split, toggled, withField, withWords, wordsOf } from './question';

const zone = 'Asia/Tokyo';

test('spaces part conditions, but not within quotation marks and parentheses', () => {
  const texts = split('a "b c"　(d OR e) user:"x y" 端末：kei').map((part) => part.text);
  expect(texts).toEqual(['a', '"b c"', '(d OR e)', 'user:"x y"', '端末：kei']);
});

test('the form shows the conditions of either language', () => {
  expect(wordsOf('ユーザー：田中 端末=kei-014 種類:file,web.view レベル:警告 以降:7d', zone)).toEqual({
    user: '田中',
    endpoint: 'kei-014',
    kind: 'file.*,web.view',
    level: 'alarm',
    span: '7d',
  });
  expect(wordsOf('time:2026-11-01T09:00..2026-11-01T10:00', zone)).toEqual({
    since: '2026-11-01T00:00:00.000Z',
    until: '2026-11-01T01:00:00.000Z',
  });
});

test('the form shows days whole, and moments of any zone as they are', () => {
  const whole = { since: '2026-10-31T15:00:00.000Z', until: '2026-11-17T14:59:00.000Z' };
  expect(wordsOf('since:2026-11-01 until:2026-11-17', zone)).toEqual(whole);
  expect(wordsOf('time:2026-11-01..2026-11-17', zone)).toEqual(whole);
  expect(wordsOf('以降:2026-10-31T15:00:00.000000Z まで:2026-11-17T23:59:00+09:00', zone)).toEqual(whole);
  expect(wordsOf('since:soon until:2026-13-99T00:00Z', zone)).toEqual({});
});

test('a change in the form changes its condition and leaves the others as they were written', () => {
  expect(withWords('見積 user:tanaka -draft', { user: '佐藤 花' }, zone, 'ja')).toBe('見積 -draft ユーザー:"佐藤 花"');
  expect(withWords('a time:today', { span: '7d', since: undefined, until: undefined }, zone, 'en')).toBe('a since:7d');
  expect(withWords('since:7d', { span: undefined, since: '2026-11-01T00:00:00Z' }, zone, 'en')).toBe('since:2026-11-01T09:00');
  expect(withWords('kind:file', { kind: undefined }, zone, 'en')).toBe('');
});

test('a choice is kept whole and narrowed as one', () => {
  expect(wordsOf('user:a OR user:b', zone)).toEqual({});
  expect(withField('user:a OR user:b', 'level', 'alarm', 'en')).toBe('(user:a OR user:b) level:alarm');
});

test('a facet is put on and taken off', () => {
  const on = toggled('x', 'user', quoted('A\\b c'), 'en', '=');
  expect(on).toBe('x user="A\\b c"');
  expect(toggled(on, 'user', quoted('A\\b c'), 'en', '=')).toBe('x');
});

test('an address of before is read as a question', () => {
  expect(questionOf({ text: 'a b', kind: 'agent.gap,file.*', level: 'alarm', span: '1d', event: 'x' }, zone, 'en')).toBe(
    '"a b" since:1d kind:agent.gap,file level:alarm',
  );
  expect(questionOf({ q: 'x', text: 'y' }, zone, 'en')).toBe('x');
  expect(questionOf({}, zone, 'en')).toBe('');
});

test('only what is looked for everywhere is marked', () => {
  expect(soughtIn('user:tanaka -a "見積 書"')).toBe('見積 書');
  expect(soughtIn('user:tanaka')).toBe('');
});
