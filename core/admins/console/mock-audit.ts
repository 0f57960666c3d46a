import { http } from 'msw';
import type { AuditItem } from '@shell/api/schema';
import { pageOf } from '@shell/mock/answers';
import { before, hour, minute } from '@shell/mock/day';
import { chance, idOf } from '@shell/mock/random';
import { fleet } from '../../endpoints/console/mock-fleet';

type Draft = Pick<AuditItem, 'action' | 'object_kind' | 'object_label' | 'before' | 'after' | 'purpose'>;

function draft(at: number, hostname: string): Draft {
  const all: Draft[] = [
    { action: 'policy.put', object_kind: 'policy', object_label: '操作ログ / 本社', before: { sensors: { file: true, window: false }, retention_days: 180 }, after: { sensors: { file: true, window: true }, retention_days: 365 }, purpose: null },
    { action: 'endpoint.approve', object_kind: 'endpoint', object_label: hostname, before: { state: 'pending' }, after: { state: 'online' }, purpose: null },
    { action: 'endpoint.update', object_kind: 'endpoint', object_label: hostname, before: { group: '/本社' }, after: { group: '/本社/経理部' }, purpose: null },
    { action: 'events.view', object_kind: 'events', object_label: 'kind:file.* span:7d', before: null, after: null, purpose: '月次の内部監査' },
    { action: 'token.create', object_kind: 'token', object_label: '資産台帳への転記', before: null, after: { scopes: ['endpoints.read', 'assets.read'] }, purpose: null },
    { action: 'command.run', object_kind: 'command', object_label: `inventory.refresh (${hostname})`, before: null, after: { name: 'inventory.refresh', args: {} }, purpose: null },
    { action: 'settings.update', object_kind: 'settings', object_label: 'みなと精機', before: { silent_after_days: 7 }, after: { silent_after_days: 3 }, purpose: null },
    { action: 'admin.update', object_kind: 'admin', object_label: '上田 浩', before: { role: 'approver', groups: ['/川崎工場'] }, after: { role: 'operator', groups: ['/川崎工場'] }, purpose: null },
    { action: 'session.begin', object_kind: 'admin', object_label: '佐伯 直樹', before: null, after: null, purpose: null },
  ];
  return all[at % all.length] ?? { action: 'session.begin', object_kind: 'admin', object_label: '', before: null, after: null, purpose: null };
}

const dice = chance(77);
const rows: AuditItem[] = Array.from({ length: 260 }, (_, at): AuditItem => ({
  id: idOf(13, 1000 - at),
  at: before(at * 1.7 * hour + dice.whole(1, 90) * minute),
  actor: dice.one(['佐伯 直樹', '佐伯 直樹', '岡田 真理', '上田 浩']),
  actor_id: idOf(4, 1),
  ip: dice.one(['192.168.14.21', '192.168.14.30', '10.8.0.14']),
  object_id: idOf(1, dice.whole(1, 190)),
  ...draft(dice.whole(0, 8), dice.one(fleet).hostname),
}));

export const handlers = [
  http.get('/api/v1/audit', ({ request }) => {
    const url = new URL(request.url);
    const has = (name: string, text: string): boolean => (url.searchParams.get(name) ?? text) === text;
    const since = url.searchParams.get('since');
    const until = url.searchParams.get('until');
    return pageOf(
      rows.filter(
        (row) =>
          has('actor', row.actor) &&
          has('action', row.action) &&
          has('object', row.object_id) &&
          (!since || Date.parse(row.at) >= Date.parse(since)) &&
          (!until || Date.parse(row.at) < Date.parse(until)),
      ),
      url,
    );
  }),
];
