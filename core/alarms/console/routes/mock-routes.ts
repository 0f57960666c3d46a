import { HttpResponse, http } from 'msw';
import type { AlarmRoute, AlarmRouteTest, AlarmRouteView, FieldError } from '@shell/api/schema';
import { notFound, problem } from '@shell/mock/answers';
import { before, day, hour, minute } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { groups } from '../../../endpoints/console/mock-fleet';
import { unknownPlaceholder } from './mail';

const pathOf = (id: string | null | undefined): string | null => groups.find((group) => group.id === id)?.path ?? null;
const groupAt = (path: string): string | null => groups.find((group) => group.path === path)?.id ?? null;

/** The addresses of webhooks, which are in no answer. */
const urls = new Map<string, string>();
const hostOf = (url: string | undefined): string | null => (url === undefined ? null : new URL(url).hostname);

function view(id: string, route: AlarmRoute, known: Partial<AlarmRouteView>, etag: string): AlarmRouteView {
  const { to } = route;
  const standing = { waiting: 0, sent_at: null, failed_at: null, error: null, ...known };
  const host = to.kind === 'chat' ? hostOf(urls.get(id)) : null;
  return { ...standing, ...route, id, etag, host, group_path: pathOf(route.group), to: to.kind === 'chat' ? { kind: 'chat', service: to.service } : to };
}

function made(number: number, route: Omit<AlarmRoute, 'on'> & { on?: boolean }, standing: Partial<AlarmRouteView>, url?: string): AlarmRouteView {
  const id = idOf(19, number);
  if (url !== undefined) urls.set(id, url);
  return view(id, { on: true, ...route }, standing, '"1"');
}

const routes: AlarmRouteView[] = [
  made(1, { name: 'USBへの書き出しを情報システムへ', classes: ['removable_write'], to: { kind: 'mail', addresses: ['johosys@minato.example', 'saeki@minato.example'] } }, { sent_at: before(12 * minute) }),
  made(2, { name: '重いものを当番のチャットへ', least: 'high', to: { kind: 'chat', service: 'teams' } }, { sent_at: before(21 * hour) }, 'https://prod-07.flow.example/workflows/4f2a'),
  made(3, { name: '川崎工場の責任者へ', group: groupAt('/川崎工場'), to: { kind: 'mail', addresses: ['kojocho@minato.example'] }, when: { kind: 'daily', hour: 9 } }, { waiting: 4, sent_at: before(day - 18 * minute) }),
  made(4, { name: 'だれも見ていないときは部長へ', least: 'medium', to: { kind: 'mail', addresses: ['bucho@minato.example'] }, open_for_min: 120, subject: '[要確認] %TITLE%（%HOST%）' }, { sent_at: before(3 * day) }),
  made(5, { name: 'ログ収集装置へすべて', to: { kind: 'syslog', receiver: { transport: 'tls', host: 'siem.minato.example', port: 6514 }, format: 'cef' } }, { waiting: 7, sent_at: before(5 * hour), failed_at: before(3 * hour), error: 'failed to connect to siem.minato.example:6514: Connection refused (os error 111)' }),
  made(6, { name: '旧 品川営業所の責任者へ', group: idOf(2, 99), to: { kind: 'chat', service: 'slack' } }, { sent_at: before(64 * day) }, 'https://hooks.slack.example/services/T0/B0/x'),
  made(7, { name: '便りの途絶えた端末を台帳へ', on: false, kinds: ['endpoint.silent', 'endpoint.clone'], to: { kind: 'chat', service: 'json' } }, {}, 'https://daicho.minato.example/alarms'),
];

/** What the server refuses, at its place. */
function faults(id: string, { name, to, subject, line }: AlarmRoute): FieldError[] {
  const found: FieldError[] = [];
  const refuse = (pointer: string, code: string): void => void found.push({ pointer, code, message: code });
  if (routes.some((one) => one.name === name && one.id !== id)) refuse('/name', 'taken');
  if (to.kind === 'mail') {
    const at = to.addresses.findIndex((address) => !/^[^@\s]+@[^@\s]+$/.test(address));
    if (at >= 0) refuse(`/to/addresses/${String(at)}`, 'bad_address');
  }
  if (to.kind === 'chat' && urls.get(id)?.startsWith('https://') !== true) refuse('/to/url', 'bad_url');
  for (const [pointer, text] of [['/subject', subject], ['/line', line]] as const) {
    if (text && unknownPlaceholder(text) !== undefined) refuse(pointer, 'unknown_placeholder');
  }
  return found.slice(0, 1);
}

/** Keeps the address that was given, and gives back how to forget it. */
function keepUrl(id: string, { to }: AlarmRoute): () => void {
  const old = urls.get(id);
  if (to.kind === 'chat' && to.url) urls.set(id, to.url);
  return () => {
    if (old === undefined) urls.delete(id);
    else urls.set(id, old);
  };
}

function put(id: string, body: AlarmRoute, seen: AlarmRouteView | null): Response {
  const undo = keepUrl(id, body);
  const refused = faults(id, body);
  if (refused.length > 0) {
    undo();
    return problem(422, 'invalid', 'a field is not as it has to be', refused);
  }
  const after = view(id, body, seen ?? {}, `"${String(Number(seen?.etag.replaceAll('"', '') ?? 0) + 1)}"`);
  if (seen) routes[routes.indexOf(seen)] = after;
  else routes.push(after);
  return HttpResponse.json(after as never, { status: seen ? 200 : 201 });
}

const find = (id: unknown): AlarmRouteView | undefined => routes.find((one) => one.id === id);
const isOld = (request: Request, route: AlarmRouteView): boolean => !['*', route.etag].includes(request.headers.get('if-match') ?? '*');

export const handlers = [
  http.get('/api/v1/alarm-routes', () => HttpResponse.json({ items: [...routes].sort((a, b) => a.name.localeCompare(b.name, 'ja')) } as never)),
  http.post('/api/v1/alarm-routes', async ({ request }) => put(idOf(19, 100 + routes.length), (await request.json()) as AlarmRoute, null)),
  http.put('/api/v1/alarm-routes/:id', async ({ params, request }) => {
    const route = find(params['id']);
    if (!route) return notFound();
    if (isOld(request, route)) return problem(409, 'conflict', 'it has been changed meanwhile');
    return put(route.id, (await request.json()) as AlarmRoute, route);
  }),
  http.delete('/api/v1/alarm-routes/:id', ({ params, request }) => {
    const route = find(params['id']);
    if (!route) return notFound();
    if (isOld(request, route)) return problem(409, 'conflict', 'it has been changed meanwhile');
    routes.splice(routes.indexOf(route), 1);
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/alarm-routes/:id/test', ({ params }) => {
    const route = find(params['id']);
    if (!route) return notFound();
    const answer: AlarmRouteTest = { taken: !route.error, error: route.error ?? null };
    return HttpResponse.json(answer as never);
  }),
];
