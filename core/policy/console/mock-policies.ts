import { HttpResponse, http } from 'msw';
import type { Draft, EffectivePolicy, Group, NewPolicy, PolicyVersion, Ring } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, minute, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { differences } from '@shell/ui/diff';
import { findEndpoint, fleet, groups, refOf, rootGroup } from '../../endpoints/console/mock-fleet';
import { bookFaults } from '../../../features/rule-book/console/mock-answers';
import { designBook, manyBook, rootBook } from '../../../features/rule-book/console/mock-books';
import { features } from './mock-schemas';

const byPath = (path: string): Group => groups.find((group) => group.path === path) ?? rootGroup;
const three: Ring[] = [
  { percent: 10, wait_s: 7200 },
  { percent: 50, wait_s: 86_400 },
  { percent: 100, wait_s: 0 },
];

let serial = 0;

function version(
  feature: string,
  group: Group,
  number: number,
  value: Record<string, unknown> | undefined,
  comment: string,
  ago: number,
  rollout: Partial<PolicyVersion['rollout']> = {},
): PolicyVersion {
  serial += 1;
  const wanted = group.endpoint_count;
  return {
    id: idOf(14, serial),
    feature,
    group: refOf(group),
    version: number,
    inherit: 'replace',
    value: value ?? {},
    created_at: before(ago),
    created_by: number % 2 === 0 ? '岡田 真理' : '佐伯 直樹',
    comment,
    etag: String(number),
    rollout: { state: 'done', ring: 2, rings: three, wanted, applied: wanted, failed: 0, pending: 0, ...rollout },
  };
}

const processes = (record_exit: boolean, ...exclude: Record<string, string>[]): Record<string, unknown> => ({
  processes: { record: true, record_exit, hash: true, exclude },
});
const backup = { name: '夜の控え', image: '/usr/bin/rsync', parent_image: '/usr/sbin/cron' };
const builds = { name: '組み立ての作業', image: 'C:\\Program Files\\CAD\\**' };

/** Newest first, per feature and group. */
const versions: PolicyVersion[] = [
  version('operation_log', byPath('/'), 3, processes(true, backup), '夜の控えは行が増えすぎるため', 2 * day + 3 * hour, { state: 'running', ring: 1, applied: 121, failed: 0, pending: 74, wanted: 195 }),
  version('operation_log', byPath('/'), 2, processes(true), '終わりの時刻も残す', 20 * day, { state: 'superseded' }),
  version('operation_log', byPath('/'), 1, processes(false), 'はじめの決まり', 60 * day, { state: 'superseded' }),
  version('operation_log', byPath('/川崎工場/設計部'), 1, processes(true, backup, builds), 'CADの部品は記録しない', 6 * day, { applied: 32, failed: 2 }),
  version('assets', byPath('/'), 1, features[1]?.default_value, 'はじめの決まり', 60 * day),
  version('assets', byPath('/大阪営業所'), 2, { interval_s: 7200 }, '二時間ごとに調べる', 30 * minute, { state: 'paused', ring: 0, applied: 1, pending: 14 }),
  version('rule_book', byPath('/'), 5, rootBook, '展示会の資料を例外にする', 4 * day),
  version('rule_book', byPath('/'), 4, { ...rootBook, rules: rootBook.rules.slice(0, 5) }, '大量の削除を加える前', 30 * day, { state: 'superseded' }),
  { ...version('rule_book', byPath('/川崎工場/設計部'), 2, designBook, '図面の書き出しを知らせる', 9 * day), inherit: 'add' },
  { ...version('rule_book', byPath('/本社/営業二課'), 1, manyBook, '取引先ごとに分ける', 12 * day), inherit: 'add' },
  version('rule_book', byPath('/試し運用'), 1, { rules: [] }, 'まっさらから試す', 2 * day),
  version('assets', byPath('/大阪営業所'), 1, { interval_s: 14_400 }, '試し', 12 * day, { state: 'superseded' }),
];

function currentOf(feature: string, group: string): PolicyVersion | undefined {
  return versions.find((one) => one.feature === feature && one.group.id === group);
}

function current(): PolicyVersion[] {
  const seen = new Set<string>();
  return versions.filter((one) => {
    const key = `${one.feature} ${one.group.id}`;
    return seen.has(key) ? false : (seen.add(key), true);
  });
}

/** The version that applies to a path: the nearest group that has one. */
function nearest(feature: string, path: string): PolicyVersion | undefined {
  return current()
    .filter((one) => one.feature === feature && (one.group.path === '/' || `${path}/`.startsWith(`${one.group.path}/`)))
    .sort((a, b) => b.group.path.length - a.group.path.length)[0];
}

function wrongs(value: Record<string, unknown>): { pointer: string; code: string; message?: string }[] {
  if ('rules' in value) return bookFaults(value);
  const seconds = value['interval_s'];
  if (typeof seconds !== 'number') return [];
  return seconds < 60 ? [{ pointer: '/value/interval_s', code: 'too_small' }] : seconds > 604_800 ? [{ pointer: '/value/interval_s', code: 'too_large' }] : [];
}

function effective(endpointId: string): EffectivePolicy[] {
  const endpoint = findEndpoint(endpointId);
  if (!endpoint || endpoint.state === 'pending') return [];
  const number = fleet.indexOf(endpoint);
  return features.map((feature): EffectivePolicy => {
    const found = nearest(feature.feature, endpoint.group.path);
    const failed = found?.rollout.failed !== undefined && found.rollout.failed > 0 && number % 16 === 3;
    const old = endpoint.agent_version.includes('rc') && feature.feature === 'operation_log';
    const state = failed ? 'failed' : old ? 'too_old' : found?.rollout.state === 'running' && number % 3 === 1 ? 'pending' : 'applied';
    return {
      feature: feature.feature,
      value: found?.value ?? feature.default_value,
      origins: [
        { pointer: '', from: 'default', group: null, policy_version: null, grant_id: null, expires_at: null },
        ...Object.keys((found?.value ?? {}) as object).map((name) => ({
          pointer: `/${name}`,
          from: 'group' as const,
          group: found?.group ?? null,
          policy_version: found?.version ?? null,
          grant_id: null,
          expires_at: null,
        })),
        ...(number % 9 === 0 && feature.feature === 'operation_log'
          ? [{ pointer: '/processes/hash', from: 'grant' as const, group: null, policy_version: null, grant_id: idOf(15, 1), expires_at: before(-12 * day) }]
          : []),
      ],
      wanted_hash: `sha256:${found?.id.slice(-8) ?? 'default'}`,
      applied_hash: state === 'applied' ? `sha256:${found?.id.slice(-8) ?? 'default'}` : null,
      applied_at: state === 'applied' ? before(5 * hour) : null,
      state,
      errors: failed ? [{ pointer: '/processes/exclude/1/image', message: 'この端末では使えない場所の書き方です' }] : [],
    };
  });
}

export const handlers = [
  http.get('/api/v1/policy-features', ({ request }) => pageOf(features, new URL(request.url))),
  http.get('/api/v1/policies', ({ request }) => pageOf(current(), new URL(request.url))),
  http.get('/api/v1/policies/:feature/:group/versions', ({ params, request }) =>
    pageOf(versions.filter((one) => one.feature === params['feature'] && one.group.id === params['group']), new URL(request.url)),
  ),
  http.get('/api/v1/policies/:feature/:group', ({ params }) => {
    const found = currentOf(String(params['feature']), String(params['group']));
    return found ? HttpResponse.json(found as never) : notFound();
  }),
  http.post('/api/v1/policies/:feature/:group/preview', async ({ params, request }) => {
    const body = (await request.json()) as Draft;
    const bad = wrongs(body.value);
    if (bad.length > 0) return problem(422, 'invalid', '使えない値があります。', bad);
    const group = groups.find((one) => one.id === params['group']) ?? rootGroup;
    const feature = String(params['feature']);
    const diff = differences(nearest(feature, group.path)?.value ?? features.find((one) => one.feature === feature)?.default_value, body.value);
    const inside = fleet.filter((endpoint) => group.path === '/' || `${endpoint.group.path}/`.startsWith(`${group.path}/`));
    return HttpResponse.json({
      endpoints: inside.length,
      changed: diff.length === 0 ? 0 : inside.length,
      diff,
      cannot_enforce: inside
        .filter((endpoint) => endpoint.os === 'macos')
        .slice(0, 4)
        .map((endpoint) => ({ endpoint: { id: endpoint.id, hostname: endpoint.hostname }, reason: 'エージェントが古く、この決まりを知りません' })),
    } as never);
  }),
  http.put('/api/v1/policies/:feature/:group', async ({ params, request }) => {
    const body = (await request.json()) as NewPolicy;
    const bad = wrongs(body.value);
    if (bad.length > 0) return problem(422, 'invalid', '使えない値があります。', bad);
    const feature = String(params['feature']);
    const group = groups.find((one) => one.id === params['group']);
    if (!group) return notFound();
    const old = currentOf(feature, group.id);
    if (old && request.headers.get('if-match') !== old.etag) return problem(412, 'conflict', 'ほかの人が先に変えました。');
    if (old) old.rollout.state = 'superseded';
    const wanted = group.endpoint_count;
    const made = version(feature, group, (old?.version ?? 0) + 1, body.value, body.comment ?? '', 0, {
      state: 'running',
      ring: 0,
      rings: body.rings ?? three,
      wanted,
      applied: 0,
      pending: wanted,
    });
    made.created_at = timeOf(now());
    made.created_by = '佐伯 直樹';
    made.inherit = body.inherit;
    versions.unshift(made);
    return HttpResponse.json(made as never);
  }),
  http.post('/api/v1/policies/:feature/:group/rollout', async ({ params, request }) => {
    const found = currentOf(String(params['feature']), String(params['group']));
    if (!found) return notFound();
    const { action } = (await request.json()) as { action: 'pause' | 'resume' | 'finish' };
    if (action === 'finish') Object.assign(found.rollout, { state: 'done', applied: found.rollout.wanted, pending: 0, ring: found.rollout.rings.length - 1 });
    else found.rollout.state = action === 'pause' ? 'paused' : 'running';
    return HttpResponse.json(found as never);
  }),
  http.delete('/api/v1/policies/:feature/:group', ({ params }) => {
    for (let at = versions.length - 1; at >= 0; at -= 1) {
      if (versions[at]?.feature === params['feature'] && versions[at]?.group.id === params['group']) versions.splice(at, 1);
    }
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('/api/v1/endpoints/:id/policies', ({ params, request }) => pageOf(effective(String(params['id'])), new URL(request.url))),
];
