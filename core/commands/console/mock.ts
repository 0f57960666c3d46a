import { HttpResponse, http } from 'msw';
import type { Command, CommandState } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, minute, timeOf } from '@shell/mock/day';
import { chance, idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { findEndpoint, fleet } from '../../endpoints/console/mock-fleet';

const way: CommandState[] = ['queued', 'nudged', 'fetched', 'accepted', 'done'];

function past(): Command[] {
  const dice = chance(404);
  return Array.from({ length: 46 }, (_, at): Command => {
    const endpoint = at < 3 ? fleet[at] : dice.one(fleet);
    if (!endpoint) throw new Error('no endpoint');
    const age = at * 5 * hour + dice.whole(1, 200) * minute;
    const failed = at === 4;
    const waits = endpoint.state !== 'online';
    const states = waits ? way.slice(0, 1) : failed ? [...way.slice(0, 4), 'failed' as const] : way;
    const expired = waits && age > 3 * day;
    const notice = at % 3 === 1;
    return {
      id: idOf(7, 900 - at),
      name: notice ? 'notice.show' : 'inventory.refresh',
      endpoint: { id: endpoint.id, hostname: endpoint.hostname },
      args: notice ? { title: '今夜の更新について', text: '18時から更新します。電源を入れたままにしてください。' } : {},
      state: expired ? 'expired' : (states.at(-1) ?? 'queued'),
      created_at: before(age),
      created_by: dice.one(['佐伯 直樹', '岡田 真理']),
      expires_at: before(age - 3 * day),
      history: [
        ...states.map((state, step) => ({ state, at: before(age - step * 1400) })),
        ...(expired ? [{ state: 'expired' as const, at: before(age - 3 * day) }] : []),
      ],
      result: states.at(-1) === 'done' ? (notice ? { closed_by: 'user' } : { items: 87 }) : null,
      error: failed ? '収集の途中で時間切れになりました' : null,
    };
  });
}

const commands: Command[] = past();
let serial = 1000;

/** Puts a command on its way, as the server would. Also used for notices. */
export function enqueue(name: string, endpoint: string, args: unknown): Command | null {
  const found = findEndpoint(endpoint);
  if (!found) return null;
  serial += 1;
  const command: Command = {
    id: idOf(7, serial),
    name,
    endpoint: { id: found.id, hostname: found.hostname },
    args,
    state: 'queued',
    created_at: timeOf(now()),
    created_by: '佐伯 直樹',
    expires_at: timeOf(now() + 3 * day),
    history: [{ state: 'queued', at: timeOf(now()) }],
    result: null,
    error: null,
  };
  commands.unshift(command);
  return command;
}

/** An endpoint that is on takes about six seconds; one that is off takes nothing. */
function advance(command: Command): Command {
  const endpoint = findEndpoint(command.endpoint.id);
  const at = way.indexOf(command.state);
  if (!endpoint?.online || at < 0 || command.state === 'done') return command;
  const steps = Math.min(way.length - 1, Math.floor((now() - Date.parse(command.created_at)) / 1500));
  for (let step = at + 1; step <= steps; step += 1) {
    const state = way[step];
    if (state === undefined) break;
    command.state = state;
    command.history.push({ state, at: timeOf(Date.parse(command.created_at) + step * 1500) });
    if (state === 'done') command.result = command.name === 'notice.show' ? { shown: true } : { items: 87 };
  }
  return command;
}

export const handlers = [
  http.get('/api/v1/commands', ({ request }) => {
    const url = new URL(request.url);
    const endpoint = url.searchParams.get('endpoint');
    const state = url.searchParams.get('state');
    return pageOf(
      commands.map(advance).filter((command) => (!endpoint || command.endpoint.id === endpoint) && (!state || command.state === state)),
      url,
    );
  }),
  http.get('/api/v1/commands/:id', ({ params }) => {
    const found = commands.find((command) => command.id === params['id']);
    return found ? HttpResponse.json(advance(found) as never) : notFound();
  }),
  http.post('/api/v1/commands', async ({ request }) => {
    const body = (await request.json()) as { name: string; endpoints: string[]; args: unknown };
    const made = body.endpoints.flatMap((endpoint) => enqueue(body.name, endpoint, body.args) ?? []);
    if (made.length === 0) return problem(422, 'invalid', '送る端末がありません。', [{ pointer: '/endpoints', code: 'empty' }]);
    return HttpResponse.json({ items: made, next_cursor: null, count: { value: made.length, exact: true } } as never, { status: 201 });
  }),
  http.post('/api/v1/commands/:id/cancel', ({ params }) => {
    const found = commands.find((command) => command.id === params['id']);
    if (!found) return notFound();
    found.state = 'cancelled';
    found.history.push({ state: 'cancelled', at: timeOf(now()) });
    return HttpResponse.json(found as never);
  }),
];
