import { HttpResponse, http } from 'msw';
import type { DistributionPartState, EndpointDetail, NewRollout, RolloutObstacle, RolloutPart, RolloutPartWhole, RolloutPreview, RolloutRing, RolloutView } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, minute, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { findEndpoint, fleet, groups } from '../../../core/endpoints/console/mock-fleet';
import { handlers as shelfHandlers, shelf } from './mock-shelf';

interface Part {
  endpoint: EndpointDetail;
  ring: number;
  state: DistributionPartState;
  attempt: number;
  changed: number;
  why: string;
}

interface Rollout {
  view: Omit<RolloutView, 'rings'>;
  rings: Omit<RolloutRing, 'states' | 'endpoints'>[];
  parts: Part[];
}

const inService = fleet.filter((one) => one.state !== 'pending' && one.state !== 'retired');
const failing = "dpkg: error processing package minato-cad-viewer (--configure): subprocess installed post-installation script returned error exit status 1";

function ring(name: string, state: RolloutRing['state'], more: Partial<RolloutRing> = {}): Rollout['rings'][number] {
  return { name, state, wait_s: 86_400, most_failures: 0, in_percent: false, enough_percent: 80, needs_go: false, gone_by: null, started_at: null, good_at: null, ...more };
}

function view(number: number, name: string, more: Partial<RolloutView>): Rollout['view'] {
  return {
    id: idOf(81, number),
    name,
    state: 'running',
    stopped_by: null,
    work: { kind: 'security_updates' },
    items: [],
    packages: 0,
    dry_run: false,
    starts_at: before(number * day),
    deadline: before(-14 * day),
    created_at: before(number * day),
    created_by: '佐伯 直樹',
    ended_at: null,
    windows: [{ days: [], from: 1320, minutes: 480 }],
    notice: { seconds: 900, postpone_times: 2, postpone_s: 3600, text: '' },
    bytes_per_second: 0,
    roll_back: true,
    timeout_s: 3600,
    retries: 1,
    reason: '',
    ...more,
  };
}

/** Parts of endpoints from `from` on: so many in each state. */
function parts(from: number, at: number, states: [DistributionPartState, number][]): Part[] {
  let next = from;
  return states.flatMap(([state, count]) =>
    Array.from({ length: count }, () => {
      const endpoint = inService[next % inService.length] as EndpointDetail;
      next += 1;
      const bad = state === 'failed' || state === 'rolled_back';
      return { endpoint, ring: at, state, attempt: state === 'waiting' || state === 'refused' ? 0 : 1, changed: Date.parse(before(next * 7 * minute)), why: bad ? failing : state === 'refused' ? "the endpoint's policy (distribution: allowed) does not allow it" : '' };
    }),
  );
}

const cad = shelf[0];
const fine = { state: 'good' as const, started_at: before(2 * day), good_at: before(day) };

const rollouts: Rollout[] = [
  {
    view: view(1, '図面ビューア 4.2.1', { state: 'stopped', work: { kind: 'install', items: cad ? [cad.id] : [] }, items: cad ? [{ id: cad.id, name: cad.name, version: cad.version }] : [], reason: '設計課の求め' }),
    rings: [ring('情報システム課', 'good', { ...fine, wait_s: 0 }), ring('設計', 'stopped', { started_at: before(5 * hour) }), ring('残り', 'waiting', { needs_go: true })],
    parts: [...parts(0, 0, [['done', 3]]), ...parts(3, 1, [['done', 4], ['rolled_back', 1], ['waiting', 3]]), ...parts(11, 2, [['waiting', 14], ['refused', 2]])],
  },
  {
    view: view(3, '11月のセキュリティ更新', { created_at: before(3 * day) }),
    rings: [ring('先行', 'good', { ...fine, wait_s: 0 }), ring('一部', 'good', { ...fine, most_failures: 2, in_percent: true }), ring('残り', 'held', { most_failures: 5, in_percent: true, needs_go: true })],
    parts: [...parts(0, 0, [['done', 2]]), ...parts(2, 1, [['done', 7], ['already', 2], ['queued', 1]]), ...parts(12, 2, [['waiting', 26]])],
  },
  {
    view: view(20, '複合機のドライバ', { state: 'done', work: { kind: 'install', items: [idOf(80, 2)] }, items: [{ id: idOf(80, 2), name: 'printer-driver-kiban', version: '2.0-3' }], ended_at: before(17 * day) }),
    rings: [ring('全社', 'good', { ...fine, wait_s: 0 })],
    parts: parts(0, 0, [['done', 31], ['already', 4], ['failed', 1], ['expired', 2]]),
  },
];

const stateOf = (all: Part[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const one of all) counts[one.state] = (counts[one.state] ?? 0) + 1;
  return counts;
};

function shown({ view: seen, rings, parts: all }: Rollout): RolloutView {
  return {
    ...seen,
    rings: rings.map((one, at) => {
      const own = all.filter((part) => part.ring === at);
      return { ...one, endpoints: own.length, states: stateOf(own) };
    }),
  };
}

const steps: Partial<Record<DistributionPartState, DistributionPartState>> = { waiting: 'queued', queued: 'fetching', fetching: 'working', working: 'done' };

/** The office works on while one looks: whenever somebody asks, each endpoint that is on gets a step further. */
function live(rollout: Rollout): void {
  if (rollout.view.state !== 'running') return;
  for (const [at, one] of rollout.rings.entries()) {
    const own = rollout.parts.filter((part) => part.ring === at);
    if (one.state === 'running') {
      for (const part of own) {
        const next = steps[part.state];
        if (next && (part.endpoint.online || part.state === 'waiting')) Object.assign(part, { state: next, attempt: 1, changed: now() });
      }
      if (own.every((part) => ['done', 'already', 'queued', 'refused'].includes(part.state)) && own.some((part) => part.state === 'done')) Object.assign(one, { state: 'good', good_at: timeOf(now()) });
    }
    const earlier = rollout.rings[at - 1];
    const turn = at === 0 || (earlier?.state === 'good' && one.wait_s === 0);
    if (one.state === 'waiting' && turn) Object.assign(one, one.needs_go ? { state: 'held' } : { state: 'running', started_at: timeOf(now()) });
    if (one.state !== 'good') return;
  }
  if (rollout.parts.every((part) => ['done', 'already', 'failed', 'refused', 'expired'].includes(part.state))) rollout.view.state = 'done';
}

const inGroup = (one: EndpointDetail, id: string): boolean => {
  const group = groups.find((each) => each.id === id);
  return group !== undefined && (group.path === '/' || `${one.group.path}/`.startsWith(`${group.path}/`));
};

function meant(ask: NewRollout): EndpointDetail[][] {
  const taken = new Set<string>();
  const pick = (targets: NewRollout['targets']): EndpointDetail[] =>
    inService.filter((one) => (targets?.endpoints ?? []).includes(one.id) || (targets?.groups ?? []).some((group) => inGroup(one, group))).filter((one) => !taken.has(one.id) && taken.add(one.id));
  const named = ask.rings.map((one) => pick(one.targets));
  const pool = pick(ask.targets);
  const last = ask.rings.findLastIndex((one) => one.share !== null && one.share !== undefined);
  let from = 0;
  return ask.rings.map((one, at) => {
    if (one.share === null || one.share === undefined) return named[at] ?? [];
    const many = at === last ? pool.length - from : Math.ceil((pool.length * one.share) / 100);
    from += many;
    return [...(named[at] ?? []), ...pool.slice(from - many, from)];
  });
}

const obstacleOf = (one: EndpointDetail): RolloutObstacle | null => (fleet.indexOf(one) % 13 === 7 ? 'not_allowed' : fleet.indexOf(one) % 17 === 11 ? 'too_old' : null);

function foretell(ask: NewRollout): RolloutPreview {
  const rings = meant(ask);
  const hindered = rings.flat().flatMap((one) => obstacleOf(one) ?? []);
  const brings = ask.work.kind === 'install';
  const able = rings.flat().length - hindered.length;
  const takes = Math.ceil(able / 2);
  return {
    endpoints: rings.flat().length,
    cannot: hindered.length,
    obstacles: [...new Set(hindered)].map((why) => ({ why, endpoints: hindered.filter((one) => one === why).length })),
    rings: rings.map((own, at) => ({
      name: ask.rings[at]?.name ?? '',
      endpoints: own.length,
      cannot: own.filter((one) => obstacleOf(one)).length,
      first: own.slice(0, 50).map((one) => ({ id: one.id, hostname: one.hostname, cannot: obstacleOf(one), near: { not_taken: null, not_given: null } })),
    })),
    items: [],
    near: brings ? { take: takes, give: takes, not_taken: takes < able ? [{ why: 'off', endpoints: able - takes }] : [], not_given: takes < able ? [{ why: 'off', endpoints: able - takes }] : [] } : null,
  };
}

/** Of a package the first endpoint of an office has it from the server, and the others from their neighbours. */
function fetchedOf(rollout: Rollout, part: Part): { from_server: number; from_neighbours: number } {
  const size = rollout.view.items.length > 0 && ['done', 'already', 'failed', 'rolled_back'].includes(part.state) ? 61_400_000 : 0;
  const first = part.endpoint.hostname.length % 5 === 0;
  return { from_server: first ? size : 0, from_neighbours: first ? 0 : size };
}

function partOf(rollout: Rollout, part: Part): RolloutPart {
  return {
    rollout_id: rollout.view.id,
    rollout_name: rollout.view.name,
    endpoint_id: part.endpoint.id,
    hostname: part.endpoint.hostname,
    ring: part.ring,
    ring_name: rollout.rings[part.ring]?.name ?? '',
    state: part.state,
    attempt: part.attempt,
    changed_at: timeOf(part.changed),
    next_at: null,
    until: null,
    percent: part.state === 'fetching' ? 62 : null,
    why: part.why,
    restart: part.state === 'done' && part.endpoint.hostname.length % 3 === 0,
    ...fetchedOf(rollout, part),
  };
}

function wholeOf(rollout: Rollout, part: Part): RolloutPartWhole {
  const over = ['done', 'already', 'failed', 'rolled_back'].includes(part.state);
  const name = rollout.view.items[0]?.name ?? 'libssl3';
  const log = `Reading package lists...\nBuilding dependency tree...\nThe following packages will be upgraded:\n  ${name}\nSetting up ${name} ...\n${part.why ? `${part.why}\nE: Sub-process /usr/bin/dpkg returned an error code (1)\n` : ''}`;
  const outcome = {
    end: part.state as 'done',
    why: part.why,
    began_at: timeOf(part.changed - 2 * minute),
    ended_at: timeOf(part.changed),
    exit_code: part.why ? 100 : 0,
    changed: part.state === 'done' ? [{ package: name, before: '3.0.15-1~deb12u1', after: '3.0.17-1~deb12u2' }] : [],
    postponed: part.endpoint.hostname.length % 2,
    restart: false,
    fetched: rollout.view.items.length > 0 ? { server: fetchedOf(rollout, part).from_server, neighbours: fetchedOf(rollout, part).from_neighbours } : null,
    log,
  };
  const attempt = { attempt: 1, command_id: idOf(82, fleet.indexOf(part.endpoint)), given_at: timeOf(part.changed - 20 * minute), ended_at: over ? timeOf(part.changed) : null, outcome: over ? outcome : null };
  return { ...partOf(rollout, part), attempts: part.attempt > 0 ? [attempt] : [] };
}

const find = (id: unknown): Rollout | undefined => rollouts.find((one) => one.view.id === id);

function steer(verb: string, change: (rollout: Rollout) => void): ReturnType<typeof http.post> {
  return http.post(`/api/v1/distribution/rollouts/:id/${verb}`, ({ params }) => {
    const rollout = find(params['id']);
    if (!rollout) return notFound();
    change(rollout);
    return HttpResponse.json(shown(rollout) as never);
  });
}

export const handlers = [
  ...shelfHandlers,
  http.get('/api/v1/distribution/rollouts', ({ request }) => {
    const url = new URL(request.url);
    const asked = (name: string): string => url.searchParams.get(name) ?? '';
    const found = rollouts.filter(
      ({ view: seen }) => seen.name.toLowerCase().includes(asked('q').toLowerCase()) && (asked('state') === '' || seen.state === asked('state')) && (asked('item') === '' || seen.items.some((one) => one.id === asked('item'))),
    );
    return pageOf(found.map(shown), url);
  }),
  http.post('/api/v1/distribution/rollouts/preview', async ({ request }) => {
    const seen = foretell((await request.json()) as NewRollout);
    if (seen.endpoints === 0) return problem(422, 'invalid', '対象の端末がありません。', [{ pointer: '/rings', code: 'empty' }]);
    return HttpResponse.json(seen as never);
  }),
  http.post('/api/v1/distribution/rollouts', async ({ request }) => {
    const ask = (await request.json()) as NewRollout;
    const items = ask.work.kind === 'install' ? ask.work.items : ask.work.kind === 'script' ? [ask.work.item] : [];
    const made: Rollout = {
      view: view(1000 + rollouts.length, ask.name, {
        work: ask.work,
        items: shelf.filter((one) => items.includes(one.id)).map(({ id, name, version }) => ({ id, name, version })),
        packages: ask.work.kind === 'package_updates' ? ask.work.packages.length : 0,
        dry_run: ask.dry_run ?? false,
        starts_at: ask.starts_at ?? timeOf(now()),
        deadline: ask.deadline ?? before(-14 * day),
        created_at: timeOf(now()),
        windows: (ask.windows ?? []).map((one) => ({ ...one, days: one.days ?? [] })),
        reason: ask.reason ?? '',
      }),
      rings: ask.rings.map((one) => ring(one.name, 'waiting', { wait_s: one.wait_s ?? 0, most_failures: one.most_failures ?? 0, in_percent: one.in_percent ?? false, needs_go: one.needs_go ?? false })),
      parts: meant(ask).flatMap((own, at) => own.map((endpoint): Part => {
        const hindered = obstacleOf(endpoint);
        return { endpoint, ring: at, state: hindered ? 'refused' : 'waiting', attempt: 0, changed: now(), why: hindered ? "the endpoint's policy (distribution: allowed) does not allow it" : '' };
      })),
    };
    live(made);
    rollouts.unshift(made);
    return HttpResponse.json(shown(made) as never, { status: 201 });
  }),
  http.get('/api/v1/distribution/rollouts/:id', ({ params }) => {
    const rollout = find(params['id']);
    if (!rollout) return notFound();
    live(rollout);
    return HttpResponse.json(shown(rollout) as never);
  }),
  http.get('/api/v1/distribution/rollouts/:id/endpoints/:endpoint', ({ params }) => {
    const rollout = find(params['id']);
    const part = rollout?.parts.find((one) => one.endpoint.id === params['endpoint']);
    return rollout && part ? HttpResponse.json(wholeOf(rollout, part) as never) : notFound();
  }),
  steer('stop', ({ view: seen }) => {
    Object.assign(seen, { state: 'stopped', stopped_by: '佐伯 直樹' });
  }),
  steer('go-on', ({ view: seen, rings }) => {
    const next = seen.state === 'stopped' ? rings.find((one) => one.state === 'stopped') : rings.find((one) => one.state === 'held');
    if (next) Object.assign(next, { state: 'running', gone_by: '佐伯 直樹', started_at: timeOf(now()) });
    Object.assign(seen, { state: 'running', stopped_by: null });
  }),
  steer('again', ({ parts: all }) => {
    for (const part of all) if (['failed', 'rolled_back', 'refused', 'expired'].includes(part.state)) Object.assign(part, { state: 'waiting', why: '' });
  }),
  steer('take-back', ({ view: seen, parts: all }) => {
    for (const part of all) if (['waiting', 'queued'].includes(part.state)) part.state = 'recalled';
    Object.assign(seen, { state: 'recalled', stopped_by: '佐伯 直樹', ended_at: timeOf(now()) });
  }),
  http.get('/api/v1/distribution/parts', ({ request }) => {
    const url = new URL(request.url);
    const asked = (name: string): string => url.searchParams.get(name) ?? '';
    const endpoint = findEndpoint(asked('endpoint'));
    const all = rollouts
      .filter((one) => asked('rollout') === '' || one.view.id === asked('rollout'))
      .flatMap((one) => one.parts.filter((part) => asked('endpoint') === '' || part.endpoint.id === endpoint?.id).map((part) => partOf(one, part)));
    const found = all.filter((one) => (asked('state') === '' || one.state === asked('state')) && (asked('ring') === '' || String(one.ring) === asked('ring')) && one.hostname.toLowerCase().includes(asked('q').toLowerCase()));
    return pageOf(found.toSorted((a, b) => a.hostname.localeCompare(b.hostname)), url);
  }),
];
