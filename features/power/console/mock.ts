import { HttpResponse, http } from 'msw';
import type { EndpointDetail, PowerAction, PowerAsk, PowerForetold, PowerOrder, PowerOutlook } from '@shell/api/schema';
import { pageOf, problem } from '@shell/mock/answers';
import { before, hour, minute, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { enqueue } from '../../../core/commands/console/mock';
import { findEndpoint, fleet, groups } from '../../../core/endpoints/console/mock-fleet';

const names: Record<PowerAction, string> = { restart: 'power.restart', shut_down: 'power.shut_down', wake: 'power.wake' };
const inService = (one: EndpointDetail): boolean => one.state !== 'pending' && one.state !== 'retired';

function meant(ask: PowerAsk): EndpointDetail[] {
  if (ask.endpoints) return ask.endpoints.flatMap((id) => findEndpoint(id) ?? []).filter(inService);
  const group = groups.find((one) => one.id === ask.group_id);
  if (!group) return [];
  return fleet.filter((one) => inService(one) && (group.path === '/' || `${one.group.path}/`.startsWith(`${group.path}/`)));
}

/** Somebody else of the same group who is on. */
const neighbourOf = (one: EndpointDetail): EndpointDetail | undefined =>
  fleet.find((other) => other.online && other.id !== one.id && other.group.id === one.group.id);

function foretell(ask: PowerAsk): PowerForetold[] {
  return meant(ask)
    .toSorted((a, b) => a.hostname.localeCompare(b.hostname))
    .map((one) => {
      const at = fleet.indexOf(one);
      const people = one.online && at % 3 !== 0 ? 1 : 0;
      const server = at % 11 === 5;
      const neighbour = ask.action === 'wake' && !one.online ? neighbourOf(one) : undefined;
      const itself: PowerOutlook = server ? (ask.insist ? 'notice' : 'server_in_use') : !one.online ? 'off' : people > 0 ? 'notice' : 'at_once';
      const woken: PowerOutlook = one.online ? 'on' : neighbour ? 'wake' : 'no_neighbour';
      return {
        endpoint: { id: one.id, hostname: one.hostname },
        outlook: ask.action === 'wake' ? woken : itself,
        people,
        unable: null,
        neighbour: neighbour ? { id: neighbour.id, hostname: neighbour.hostname } : null,
      };
    });
}

const goes = (outlook: PowerOutlook): boolean => ['at_once', 'notice', 'off', 'wake'].includes(outlook);

function past(): PowerOrder[] {
  const [first, second, third] = fleet;
  if (!first || !second || !third) return [];
  const order = (at: number, one: EndpointDetail, fields: Partial<PowerOrder>): PowerOrder => ({
    request_id: idOf(41, at),
    command_id: idOf(42, at),
    endpoint: { id: one.id, hostname: one.hostname },
    action: 'restart',
    neighbour: null,
    reason: '',
    asked_at: before(at * hour + 7 * minute),
    asked_by: '佐伯 直樹',
    state: 'done',
    result: null,
    error: null,
    woken_at: null,
    ...fields,
  });
  return [
    order(3, first, { action: 'wake', neighbour: second.hostname, result: { packets: 3 }, woken_at: before(3 * hour + 5 * minute) }),
    order(2, second, { reason: '更新のため', result: { by: 'yagura' } }),
    order(1, third, { action: 'shut_down', state: 'failed', error: 'refused: it is a server on which somebody is logged on' }),
  ];
}

const orders = past();

export const handlers = [
  http.get('/api/v1/power', ({ request }) => {
    const url = new URL(request.url);
    const endpoint = url.searchParams.get('endpoint');
    return pageOf(orders.filter((one) => !endpoint || one.endpoint.id === endpoint), url);
  }),
  http.post('/api/v1/power/preview', async ({ request }) => {
    const items = foretell((await request.json()) as PowerAsk);
    if (items.length === 0) return problem(422, 'invalid', '対象の端末がありません。', [{ pointer: '/group_id', code: 'empty' }]);
    return HttpResponse.json({ items, next_cursor: null, count: { value: items.length, exact: true } } as never);
  }),
  http.post('/api/v1/power', async ({ request }) => {
    const ask = (await request.json()) as PowerAsk;
    const id = idOf(41, 1000 + orders.length);
    const items = foretell(ask).map((one) => {
      const carrier = one.neighbour?.id ?? one.endpoint.id;
      const command = goes(one.outlook) ? enqueue(names[ask.action], carrier, { request_id: id }) : null;
      if (command) {
        orders.unshift({
          request_id: id,
          command_id: command.id,
          endpoint: one.endpoint,
          action: ask.action,
          neighbour: one.neighbour?.hostname ?? null,
          reason: ask.reason ?? '',
          asked_at: timeOf(now()),
          asked_by: '佐伯 直樹',
          state: 'queued',
          result: null,
          error: null,
          woken_at: null,
        });
      }
      return { endpoint: one.endpoint, outlook: one.outlook, command_id: command?.id ?? null, neighbour: one.neighbour ?? null };
    });
    if (items.every((one) => one.command_id === null)) return problem(422, 'invalid', '行える端末がありません。', [{ pointer: '/endpoints', code: 'refused' }]);
    return HttpResponse.json({ id, items } as never, { status: 201 });
  }),
];
