import { HttpResponse, http } from 'msw';
import type { ComparedView, ComparisonView, EventView, Group } from '@shell/api/schema';
import { problem } from '@shell/mock/answers';
import { found } from '../../../core/events/console/mock';
import { personOf } from '../../../core/events/console/mock-asked';
import { fleet, groups, rootGroup } from '../../../core/endpoints/console/mock-fleet';

const jst = 9 * 3_600_000;
const all = 'level:alarm OR level:prohibited';
type Machine = (typeof fleet)[number];
type Key = Pick<ComparedView, 'id' | 'name'>;

interface Counts extends Key {
  rows: EventView[];
  there: Set<string>;
}

const isIn = (machine: Machine, group: Group): boolean => group.path === '/' || `${machine.group.path}/`.startsWith(`${group.path}/`);

function keyOf(by: string, row: EventView, machine: Machine, top: Group, below: Group[]): Key {
  if (by === 'endpoint') return { id: machine.id, name: machine.hostname };
  if (by === 'group') return below.find((group) => isIn(machine, group)) ?? top;
  const person = personOf(row);
  return person ? { id: person.id, name: person.name } : { id: null, name: `${machine.hostname} / ${row.user ?? '-'}` };
}

function viewOf({ id, name, rows, there }: Counts): ComparedView {
  const on = new Set(rows.map((row) => row.endpoint));
  const endpoints = new Set([...there, ...on]).size;
  const classes: Record<string, number> = {};
  for (const row of rows) classes[row.class ?? ''] = (classes[row.class ?? ''] ?? 0) + 1;
  const prohibited = rows.filter((row) => row.level === 'prohibited').length;
  return { id: id ?? null, name, total: rows.length, prohibited, endpoints_with: on.size, endpoints, average: endpoints === 0 ? 0 : rows.length / endpoints, classes };
}

function compare(url: URL, top: Group): ComparisonView {
  const by = url.searchParams.get('by') ?? 'group';
  const wanted = url.searchParams.get('class');
  const asked = new URL('/api/v1/events', url);
  asked.searchParams.set('level', 'alarm,prohibited');
  for (const name of ['since', 'until']) asked.searchParams.set(name, url.searchParams.get(name) ?? '');
  const below = groups.filter((group) => group.kind === 'fixed' && group.parent_id === top.id);
  const machines = new Map(fleet.filter((machine) => isIn(machine, top)).map((machine) => [machine.id, machine]));
  const counts = new Map<string, Counts>();
  const countsOf = ({ id, name }: Key): Counts => {
    const key = `${id ?? ''} ${name}`;
    const one = counts.get(key) ?? { id: id ?? null, name, rows: [], there: new Set<string>() };
    counts.set(key, one);
    return one;
  };
  if (by === 'group') below.forEach(countsOf);
  const classes: Record<string, number> = {};
  const days = new Map<string, EventView[]>();
  for (const row of found(asked)) {
    const machine = machines.get(row.endpoint);
    if (!machine) continue;
    const name = row.class ?? '';
    classes[name] = (classes[name] ?? 0) + 1;
    if (wanted !== null && wanted !== name) continue;
    countsOf(keyOf(by, row, machine, top, below)).rows.push(row);
    const date = new Date(Date.parse(row.occurred_at) + jst).toISOString().slice(0, 10);
    days.set(date, [...(days.get(date) ?? []), row]);
  }
  for (const machine of machines.values()) {
    if (machine.state === 'pending' || machine.state === 'retired') continue;
    for (const one of counts.values()) {
      const group = groups.find((candidate) => candidate.id === one.id);
      const own = group === top && !below.some((each) => isIn(machine, each));
      if (one.id === machine.id || own || (group !== undefined && group !== top && isIn(machine, group))) one.there.add(machine.id);
    }
  }
  const items = [...counts.values()].map(viewOf).sort((a, b) => b.total - a.total || a.name.localeCompare(b.name));
  const trend = [...days].map(([date, rows]) => ({ date, total: rows.length, endpoints_with: new Set(rows.map((row) => row.endpoint)).size }));
  const q = wanted === null ? all : `(${all}) class:"${wanted}"`;
  return { items, days: trend.sort((a, b) => a.date.localeCompare(b.date)), classes, complete: true, q };
}

export const handlers = [
  http.get('/api/v1/rule-book/comparison', ({ request }) => {
    const url = new URL(request.url);
    const id = url.searchParams.get('group');
    const top = id === null ? rootGroup : groups.find((group) => group.id === id && group.kind === 'fixed');
    if (!top) return problem(422, 'invalid', 'そのグループはありません。', [{ pointer: '?group', code: 'unknown', message: 'there is no such fixed group' }]);
    return HttpResponse.json(compare(url, top) as never);
  }),
];
