import { HttpResponse, http } from 'msw';
import type { EndpointChange, EndpointDetail, EnrolmentToken, Group } from '@shell/api/schema';
import { notFound, pageOf, problem, sorted } from '@shell/mock/answers';
import { staff } from '@shell/mock/office';
import { before, day, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { findEndpoint, fleet, groups, refOf, rootGroup } from './mock-fleet';

/** The list's small language: bare words and `name:value`, all of which must hold. */
function matches(endpoint: EndpointDetail, query: string): boolean {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .every((word) => {
      const [name, value] = word.split(':');
      if (value !== undefined) {
        if (name === 'os') return endpoint.os === value;
        if (name === 'state') return endpoint.state === value;
        if (name === 'hostname') return endpoint.hostname.toLowerCase().includes(value);
      }
      return [endpoint.hostname, endpoint.primary_user?.name, endpoint.ip, endpoint.group.path].some((text) =>
        text?.toLowerCase().includes(word),
      );
    });
}

function inGroup(endpoint: EndpointDetail, id: string): boolean {
  const group = groups.find((candidate) => candidate.id === id);
  if (!group) return false;
  if (group.kind === 'query') return matches(endpoint, group.query ?? '');
  return group.path === '/' || `${endpoint.group.path}/`.startsWith(`${group.path}/`);
}

const tokens: EnrolmentToken[] = [
  ['試し運用の15台', '/本社/情報システム', 9, 15, 12, false, 'active'],
  ['川崎工場 入れ替え', '/川崎工場', 3, 60, 41, false, 'active'],
  ['協力会社の持ち込み', '/', 1, 5, 2, true, 'active'],
  ['8月の展開', '/', 92, 120, 118, false, 'expired'],
  ['間違えて作ったもの', '/本社', 40, null, 0, false, 'revoked'],
].map(([label, path, age, max, uses, approval, state], at): EnrolmentToken => ({
  id: idOf(5, at + 1),
  label: String(label),
  group: refOf(groups.find((group) => group.path === path) ?? rootGroup),
  created_at: before(Number(age) * day),
  created_by: '佐伯 直樹',
  expires_at: state === 'expired' ? before(60 * day) : before(-21 * day),
  max_uses: max === null ? null : Number(max),
  uses: Number(uses),
  needs_approval: approval === true,
  revoked_at: state === 'revoked' ? before(39 * day) : null,
  state: state as EnrolmentToken['state'],
}));

function pathOf(group: Group): string {
  const parent = groups.find((candidate) => candidate.id === group.parent_id);
  if (!parent) return '/';
  return parent.path === '/' ? `/${group.name}` : `${parent.path}/${group.name}`;
}

export const handlers = [
  http.get('/api/v1/endpoints', ({ request }) => {
    const url = new URL(request.url);
    const wanted = (name: string): string | null => url.searchParams.get(name);
    const found = fleet.filter(
      (endpoint) =>
        matches(endpoint, wanted('q') ?? '') &&
        (!wanted('group') || inGroup(endpoint, wanted('group') ?? '')) &&
        (!wanted('os') || endpoint.os === wanted('os')) &&
        (wanted('state') ? (wanted('state') ?? '').split(',').includes(endpoint.state) : endpoint.state !== 'retired') &&
        (wanted('clone_suspected') !== 'true' || endpoint.clone_suspected),
    );
    const order = sorted(found, wanted('sort') ?? 'hostname', (endpoint, field) =>
      field === 'last_seen'
        ? (endpoint.last_seen ?? '')
        : field === 'os_name'
          ? endpoint.os_name
          : endpoint.hostname,
    );
    return pageOf(order, url);
  }),
  http.get('/api/v1/endpoints/summary', () => {
    const count = (state: string): number => fleet.filter((endpoint) => endpoint.state === state).length;
    return HttpResponse.json({
      total: fleet.length - count('retired'),
      online: count('online'),
      offline: count('offline'),
      silent: count('silent'),
      pending: count('pending'),
      retired: count('retired'),
    });
  }),
  http.get('/api/v1/endpoints/:id', ({ params }) => {
    const found = findEndpoint(String(params['id']));
    return found ? HttpResponse.json(found) : notFound();
  }),
  http.patch('/api/v1/endpoints/:id', async ({ params, request }) => {
    const found = findEndpoint(String(params['id']));
    if (!found) return notFound();
    if (request.headers.get('if-match') !== found.etag) return problem(409, 'conflict', 'ほかの人が先に変えました。');
    const body = (await request.json()) as EndpointChange;
    const group = groups.find((candidate) => candidate.id === body.group_id);
    if (group) found.group = refOf(group);
    const person = staff.find((candidate) => candidate.id === body.primary_user_id);
    if (person) found.primary_user = { id: person.id, name: person.name };
    if (body.primary_user_id === null) found.primary_user = null;
    if (body.clone_suspected === false) found.clone_suspected = false;
    found.etag = String(Number(found.etag) + 1);
    return HttpResponse.json(found);
  }),
  http.post('/api/v1/endpoints/:id/approve', ({ params }) => {
    const found = findEndpoint(String(params['id']));
    if (!found) return notFound();
    found.state = 'online';
    found.online = true;
    return HttpResponse.json(found);
  }),
  http.post('/api/v1/endpoints/:id/retire', ({ params }) => {
    const found = findEndpoint(String(params['id']));
    if (!found) return notFound();
    found.state = 'retired';
    found.online = false;
    return HttpResponse.json(found);
  }),
  http.get('/api/v1/groups', ({ request }) =>
    pageOf([...groups].sort((a, b) => a.path.localeCompare(b.path, 'ja')), new URL(request.url)),
  ),
  http.post('/api/v1/groups', async ({ request }) => {
    const body = (await request.json()) as Pick<Group, 'name' | 'parent_id' | 'kind'> & { query?: string };
    if (groups.some((group) => group.parent_id === body.parent_id && group.name === body.name)) {
      return problem(409, 'conflict', 'この名前のグループはもうあります。', [{ pointer: '/name', code: 'taken' }]);
    }
    const group: Group = {
      id: idOf(2, 100 + groups.length),
      name: body.name,
      parent_id: body.parent_id ?? null,
      path: '',
      kind: body.kind,
      query: body.query ?? null,
      endpoint_count: 0,
      etag: '1',
    };
    group.path = pathOf(group);
    if (group.kind === 'query') group.endpoint_count = fleet.filter((endpoint) => matches(endpoint, group.query ?? '')).length;
    groups.push(group);
    return HttpResponse.json(group, { status: 201 });
  }),
  http.patch('/api/v1/groups/:id', async ({ params, request }) => {
    const group = groups.find((candidate) => candidate.id === params['id']);
    if (!group) return notFound();
    Object.assign(group, await request.json());
    for (const one of groups) one.path = pathOf(one);
    for (const one of groups) one.path = pathOf(one);
    return HttpResponse.json(group);
  }),
  http.delete('/api/v1/groups/:id', ({ params }) => {
    const at = groups.findIndex((candidate) => candidate.id === params['id']);
    if (at < 0) return notFound();
    groups.splice(at, 1);
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('/api/v1/enrolment-tokens', ({ request }) => pageOf(tokens, new URL(request.url))),
  http.post('/api/v1/enrolment-tokens', async ({ request }) => {
    const body = (await request.json()) as {
      label: string;
      group_id: string;
      expires_in_s?: number;
      max_uses?: number;
      needs_approval: boolean;
    };
    const token: EnrolmentToken = {
      id: idOf(5, 50 + tokens.length),
      label: body.label,
      group: refOf(groups.find((group) => group.id === body.group_id) ?? rootGroup),
      created_at: timeOf(now()),
      created_by: '佐伯 直樹',
      expires_at: body.expires_in_s === undefined ? null : timeOf(now() + body.expires_in_s * 1000),
      max_uses: body.max_uses ?? null,
      uses: 0,
      needs_approval: body.needs_approval,
      revoked_at: null,
      state: 'active',
    };
    tokens.unshift(token);
    const secret = 'ygr1.k3Xw9Qm2.7Tn4bVYpLr8sDfGhJkZxCvBn.Qm2k3Xw97Tn4bVYpLr8sDfGhJkZxCvBnMq';
    return HttpResponse.json(
      {
        token,
        secret,
        commands: [
          { os: 'linux', command: `sudo yagura-agent enrol --server https://yagura.minato.example --token ${secret}` },
          { os: 'windows', command: `msiexec /i yagura-agent.msi /qn SERVER=https://yagura.minato.example TOKEN=${secret}` },
          { os: 'macos', command: `sudo /usr/local/bin/yagura-agent enrol --server https://yagura.minato.example --token ${secret}` },
        ],
      },
      { status: 201 },
    );
  }),
  http.post('/api/v1/enrolment-tokens/:id/revoke', ({ params }) => {
    const token = tokens.find((candidate) => candidate.id === params['id']);
    if (!token) return notFound();
    token.state = 'revoked';
    token.revoked_at = timeOf(now());
    return HttpResponse.json(token);
  }),
];
