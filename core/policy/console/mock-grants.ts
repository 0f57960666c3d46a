import { HttpResponse, http } from 'msw';
import type { GrantView, Scope } from '@shell/api/schema';
import { notFound, pageOf } from '@shell/mock/answers';
import { before, day, hour, timeOf } from '@shell/mock/day';
import { staff } from '@shell/mock/office';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { findEndpoint, groups } from '../../endpoints/console/mock-fleet';

function labelOf(scope: Scope): string {
  if (scope.person_id) return staff.find((one) => one.id === scope.person_id)?.name ?? scope.person_id;
  if (scope.endpoint_id) return findEndpoint(scope.endpoint_id)?.hostname ?? scope.endpoint_id;
  if (scope.group_id) return groups.find((one) => one.id === scope.group_id)?.name ?? scope.group_id;
  return scope.account ?? '';
}

const grants: GrantView[] = (
  [
    [{ endpoint_id: idOf(1, 1) }, { processes: { hash: false } }, '展示会の機械が遅くなるため、指紋を取らない', 3, -12, 'active'],
    [{ person_id: idOf(3, 5) }, { processes: { record_exit: false } }, '検証で同じ道具を何度も動かすため', 6, -1, 'active'],
    [{ group_id: groups[6]?.id ?? '' }, { processes: { hash: true } }, '不調を調べるため、指紋も残す', -1, -8, 'waiting'],
    [{ person_id: idOf(3, 9) }, { processes: { exclude: [{ name: '組み立て', image: 'C:\\work\\build\\**' }] } }, '組み立ての作業フォルダー', 40, 10, 'expired'],
    [{ account: 'MINATO\\svc-backup' }, { processes: { record: false } }, '控えの処理で行が増えすぎるため', 25, -60, 'revoked'],
  ] as const
).map(([scope, value, reason, starts, expires, state], at) => ({
  id: idOf(15, at + 1),
  feature: 'operation_log',
  scope,
  scope_label: labelOf(scope),
  value,
  reason,
  created_by: at % 2 === 0 ? '佐伯 直樹' : '石川 恵',
  created_at: before((Math.max(starts, 0) + 0.2) * day),
  starts_at: before(starts * day),
  expires_at: before(expires * day),
  revoked_at: state === 'revoked' ? before(9 * day + hour) : null,
  state,
}));

export const handlers = [
  http.get('/api/v1/grants', ({ request }) => {
    const url = new URL(request.url);
    const feature = url.searchParams.get('feature');
    const endpoint = url.searchParams.get('endpoint');
    return pageOf(
      grants.filter((grant) => (!feature || grant.feature === feature) && (!endpoint || grant.scope.endpoint_id === endpoint)),
      url,
    );
  }),
  http.post('/api/v1/grants', async ({ request }) => {
    const body = (await request.json()) as Pick<GrantView, 'feature' | 'scope' | 'value' | 'reason' | 'expires_at'>;
    const grant: GrantView = {
      ...body,
      id: idOf(15, 100 + grants.length),
      scope_label: labelOf(body.scope),
      created_by: '佐伯 直樹',
      created_at: timeOf(now()),
      starts_at: timeOf(now()),
      revoked_at: null,
      state: 'active',
    };
    grants.unshift(grant);
    return HttpResponse.json(grant as never, { status: 201 });
  }),
  http.post('/api/v1/grants/:id/revoke', ({ params }) => {
    const grant = grants.find((one) => one.id === params['id']);
    if (!grant) return notFound();
    grant.state = 'revoked';
    grant.revoked_at = timeOf(now());
    return HttpResponse.json(grant as never);
  }),
];
