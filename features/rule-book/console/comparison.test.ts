import type { ComparedView, Group } from '@shell/api/schema';
import { expect, test } from 'vitest';
import { chainOf, countedFor, groupsBelow, inGroup, ofClass, ofOne, questionFor, rightIn, type Condition } from './comparison-question';
import { averageWords, classesOf, csvOf, shareOf, sortedBy, sumOf } from './comparison-rows';
import { everyDay, momentsOf, reachOf } from './comparison-span';

const zone = 'Asia/Tokyo';
const tuesday = Date.parse('2026-11-17T08:42:00+09:00');

function days(search: Record<string, string>): string {
  const { from, to } = reachOf(search, tuesday, zone);
  return `${from}..${to}`;
}

test('a span is of whole days, of which the present one is the last', () => {
  expect(days({ span: '7d' })).toBe('2026-11-11..2026-11-17');
  expect(days({})).toBe('2026-10-19..2026-11-17');
  expect(days({ span: '90d' })).toBe('2026-08-20..2026-11-17');
  expect(days({ span: 'month' })).toBe('2026-11-01..2026-11-17');
  expect(days({ span: 'last_month' })).toBe('2026-10-01..2026-10-31');
  expect(days({ span: 'own', from: '2026-02-01', to: '2026-02-28' })).toBe('2026-02-01..2026-02-28');
});

test('what somebody writes into the address is a span, or nothing', () => {
  expect(days({ span: 'x' })).toBe(days({}));
  expect(days({ span: 'own', from: 'x', to: '2026-99-99' })).toBe('..');
});

function moments(from: string, to: string): unknown {
  return momentsOf({ span: 'own', from, to }, zone);
}

test('days begin and end in the zone of the organisation', () => {
  expect(moments('2026-11-17', '2026-11-17')).toEqual({ since: '2026-11-16T15:00:00.000Z', until: '2026-11-17T15:00:00.000Z' });
});

test('what the server would refuse is said before it is asked', () => {
  expect(moments('', '2026-11-17')).toBe('incomplete');
  expect(moments('2026-11-17', '2026-11-16')).toBe('reversed');
  expect(moments('2025-01-01', '2026-04-05')).toEqual({ since: '2024-12-31T15:00:00.000Z', until: '2026-04-05T15:00:00.000Z' });
  expect(moments('2025-01-01', '2026-04-06')).toBe('long');
});

test('days of which nothing is told are there with nothing', () => {
  const told = [{ date: '2026-10-31', total: 3 }];
  const found = everyDay({ from: '2026-10-30', to: '2026-11-01' }, told, (date) => ({ date, total: 0 }));
  expect(found.map((day) => day.total)).toEqual([0, 3, 0]);
});

/** `a/b` lies in `a`; the root is `.`. */
function tree(...paths: string[]): Group[] {
  const all = ['.', ...paths];
  return all.map((path) => {
    const above = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
    const name = path === '.' ? '全社' : path.slice(path.lastIndexOf('/') + 1);
    return { id: path, name, parent_id: path === '.' ? null : above, path, kind: 'fixed', query: null, endpoint_count: 0, etag: '1' };
  });
}

function words(conditions: Condition[] | undefined): string | undefined {
  return conditions?.map(({ field, name, not }) => `${not ? '-' : ''}${field}=${name ?? '(none)'}`).join(' ');
}

test('a group is asked for by its name, and by those above it where others have the same name', () => {
  const groups = tree('本社', '本社/営業', '大阪', '大阪/営業', '大阪/営業/一課');
  expect(words(inGroup(groups, '本社'))).toBe('group=本社');
  expect(words(inGroup(groups, '大阪/営業'))).toBe('group=大阪 group=営業');
  expect(words(inGroup(groups, '大阪/営業/一課'))).toBe('group=一課');
});

test('the root asks for nothing, and what cannot be told apart by names is not asked for', () => {
  expect(words(inGroup(tree('a'), '.'))).toBe('');
  expect(words(inGroup(tree('a'), undefined))).toBe('');
  expect(inGroup(tree('a', 'a/b', 'b', 'b/a'), 'a/b')).toBeUndefined();
  expect(inGroup(tree('a'), 'gone')).toBeUndefined();
});

test('the endpoints of a group itself are those in none of the groups below it', () => {
  const groups = tree('本社', '本社/総務', '本社/経理', '工場', '工場/工場');
  expect(words(rightIn(groups, '本社'))).toBe('group=本社 -group=総務 -group=経理');
  expect(words(rightIn(groups, undefined))).toBe('-group=本社 -group=工場');
  expect(rightIn(groups, '工場')).toBeUndefined();
  expect(groupsBelow(groups, undefined).map((group) => group.id)).toEqual(['本社', '工場']);
  expect(chainOf(groups, '本社/経理').map((group) => group.name)).toEqual(['全社', '本社', '経理']);
});

const item = (name: string, more: Partial<ComparedView> = {}): ComparedView => ({
  id: `id of ${name}`,
  name,
  total: 0,
  prohibited: 0,
  endpoints_with: 0,
  endpoints: 0,
  average: 0,
  classes: {},
  ...more,
});

test('an endpoint is asked for by its name, unless another one has it too', () => {
  const all = [item('PC-1'), item('pc-2', { id: '2' }), item('PC-2', { id: '3' })];
  expect(all.map((one) => words(ofOne('endpoint', one, all)))).toEqual(['endpoint=PC-1', 'endpoint=2', 'endpoint=3']);
});

test('an account that nobody has been assigned is asked for on its endpoint, and not for those of other domains', () => {
  const all = [item('PC-1 / tanaka', { id: null }), item('PC-1 / MINATO\\tanaka', { id: null }), item('PC-1 / -', { id: null })];
  expect(all.map((one) => words(ofOne('person', one, all)))).toEqual([
    'endpoint=PC-1 user=tanaka -user=MINATO\\tanaka person=(none)',
    'endpoint=PC-1 user=MINATO\\tanaka person=(none)',
    'endpoint=PC-1 user=(none) person=(none)',
  ]);
  expect(words(ofOne('person', item('三浦 由美子'), []))).toBe('person=id of 三浦 由美子');
});

test('a question is written in the reader\'s language, and names stand in quotation marks', () => {
  const asked: Condition[] = [{ field: 'group', name: '営業 "一"課' }, { field: 'group', name: 'x', not: true }, ofClass('')];
  const on = { from: '2026-11-01', to: '2026-11-17' };
  expect(questionFor('a OR b', asked, on, 'ja')).toBe('(a OR b) グループ="営業 ""一""課" -グループ="x" -区分:* 以降:2026-11-01 まで:2026-11-17');
  expect(questionFor('a OR b', [ofClass('print')], on, 'en')).toBe('(a OR b) class="print" since:2026-11-01 until:2026-11-17');
});

test('rules without a class are asked for as such', () => {
  expect(countedFor('(a OR b) class:""', '')).toBe('(a OR b) -class:*');
  expect(countedFor('(a OR b) class:"x"', 'x')).toBe('(a OR b) class:"x"');
});

test('rows are sorted by any column, equals by name', () => {
  const all = [item('b', { total: 2 }), item('a', { total: 2, average: 0.5 }), item('c10', { total: 9 }), item('c9', { classes: { x: 1 } })];
  const order = (by: string): string => sortedBy(all, by, 'en').map((one) => one.name).join(' ');
  expect(order('-total')).toBe('c10 a b c9');
  expect(order('name')).toBe('a b c9 c10');
  expect(order('-average')).toBe('a b c9 c10');
  expect(order('-classes')).toBe('c9 a b c10');
  expect(all[0]?.name).toBe('b');
});

test('a share is of all that was counted', () => {
  const all = [item('a', { total: 1, prohibited: 1 }), item('b', { total: 3 })];
  expect([sumOf(all), sumOf(all, 'prohibited'), shareOf(item('b', { total: 3 }), sumOf(all)), shareOf(item('c'), 0)]).toEqual([4, 1, 0.75, 0]);
  expect(classesOf({ b: 1, a: 1, c: 2 }).map((one) => one.name)).toEqual(['c', 'a', 'b']);
});

test('an average has one decimal, and what is little does not look like nothing', () => {
  expect([0, 0.004, 1 / 22, 0.05, 0.25, 12].map(averageWords)).toEqual(['0.0', '0.004', '0.05', '0.1', '0.3', '12.0']);
});

test('no name becomes a formula in a spreadsheet, and no number a text', () => {
  const table = [['名前', '件数'], ['=HYPERLINK("x")', 3], ['＋1', -0.5], ['営業,"一"課', 0], ['-', 1]];
  expect(csvOf(table)).toBe(
    '\uFEFF名前,件数\r\n"\'=HYPERLINK(""x"")",3\r\n\'＋1,-0.5\r\n"営業,""一""課",0\r\n\'-,1\r\n',
  );
});
