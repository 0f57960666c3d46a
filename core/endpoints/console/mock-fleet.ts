import type { EndpointDetail, Group, GroupRef, Os, SensorView } from '@shell/api/schema';
import { before, day, hour, minute } from '@shell/mock/day';
import { departments, organisation, sites, staff } from '@shell/mock/office';
import { chance, idOf } from '@shell/mock/random';

export const rootGroup: Group = {
  id: idOf(2, 1),
  name: organisation.name,
  parent_id: null,
  path: '/',
  kind: 'fixed',
  query: null,
  endpoint_count: 0,
  etag: '1',
};

const siteGroups: Group[] = sites.map((name, at) => ({
  id: idOf(2, 2 + at),
  name,
  parent_id: rootGroup.id,
  path: `/${name}`,
  kind: 'fixed',
  query: null,
  endpoint_count: 0,
  etag: '1',
}));

export const groups: Group[] = [
  rootGroup,
  ...siteGroups,
  ...departments.map((department): Group => ({
    id: department.id,
    name: department.name,
    parent_id: siteGroups.find((site) => site.name === department.site)?.id ?? rootGroup.id,
    path: `/${department.site}/${department.name}`,
    kind: 'fixed',
    query: null,
    endpoint_count: 0,
    etag: '1',
  })),
  {
    id: idOf(2, 30),
    name: '試し運用',
    parent_id: rootGroup.id,
    path: '/試し運用',
    kind: 'query',
    query: 'hostname:sys',
    endpoint_count: 9,
    etag: '1',
  },
  {
    id: idOf(2, 31),
    name: 'Linux の端末',
    parent_id: rootGroup.id,
    path: '/Linux の端末',
    kind: 'query',
    query: 'os:linux',
    endpoint_count: 0,
    etag: '1',
  },
];

export function refOf(group: Group): GroupRef {
  return { id: group.id, name: group.name, path: group.path };
}

const systems: [Os, string, number][] = [
  ['windows', 'Windows 11 Pro 24H2', 58],
  ['windows', 'Windows 11 Pro 23H2', 22],
  ['windows', 'Windows 10 Pro 22H2', 4],
  ['linux', 'Ubuntu 24.04.3 LTS', 7],
  ['linux', 'Debian GNU/Linux 13', 3],
  ['macos', 'macOS 26.1', 6],
];

const sources: Record<Os, Record<string, string>> = {
  windows: { process: 'ETW', file: 'minifilter', network: 'ETW', session: 'WTS' },
  linux: { process: 'eBPF', file: 'fanotify', network: 'eBPF', session: 'logind' },
  macos: { process: 'ES', file: 'ES', network: 'NE', session: 'ES' },
  android: {},
  ios: {},
};

function sensorsOf(os: Os, at: number): SensorView[] {
  return Object.entries(sources[os]).map(([sensor, source], nth) => {
    const seen = 4000 + ((at * 7919 + nth * 104_729) % 90_000);
    if (os === 'macos' && sensor === 'network') {
      return { sensor, source, health: 'unsupported', reason: 'network extension is not approved', seen: 0, lost: 0 };
    }
    if (at % 61 === 17 && sensor === 'file') {
      return { sensor, source, health: 'degraded', reason: 'kernel queue overflowed', seen, lost: 318 };
    }
    if (at === 44 && sensor === 'process') {
      return { sensor, source, health: 'failed', reason: 'driver did not start', seen: 0, lost: 0 };
    }
    if (sensor === 'network' && at % 5 === 3) return { sensor, source, health: 'off', seen: 0, lost: 0 };
    return { sensor, source, health: 'ok', seen, lost: 0 };
  });
}

function pick(roll: number): [Os, string, number] {
  let left = roll * 100;
  for (const system of systems) {
    left -= system[2];
    if (left < 0) return system;
  }
  return ['windows', 'Windows 11 Pro 24H2', 58];
}

function build(): EndpointDetail[] {
  const dice = chance(2026);
  const seats = new Map<number, number>();
  const fleet = staff.map((person, at): EndpointDetail => {
    const department = departments[person.unit];
    const nth = (seats.get(person.unit) ?? 0) + 1;
    seats.set(person.unit, nth);
    const group = groups.find((candidate) => candidate.id === department?.id) ?? rootGroup;
    const [os, osName] = pick(dice.next());
    const silent = at % 47 === 23;
    const pending = at >= staff.length - 2;
    const retired = at === staff.length - 3;
    const offline = !silent && dice.often(0.07);
    const quiet = silent || offline || pending || retired;
    const seenAgo = silent ? dice.whole(4, 12) * day + dice.whole(0, 20) * hour : offline ? dice.whole(1, 40) * hour : dice.whole(3, 110) * 1000;
    return {
      id: idOf(1, at + 1),
      hostname: `PC-${department?.code ?? 'XXX'}-${String(nth * 2 + 10).padStart(3, '0')}`,
      os,
      os_name: osName,
      state: pending ? 'pending' : retired ? 'retired' : silent ? 'silent' : offline ? 'offline' : 'online',
      online: !quiet,
      last_seen: pending ? before(20 * minute) : before(seenAgo),
      agent_version: dice.often(0.9) ? '0.1.0' : '0.1.0-rc.3',
      group: refOf(pending ? rootGroup : group),
      primary_user: pending ? null : { id: person.id, name: person.name },
      ip: `192.168.${String(10 + person.unit)}.${String(20 + nth)}`,
      clone_suspected: at === 131,
      enrolled_at: before(dice.whole(20, 220) * day),
      hardware_id: `4c4c4544-0042-${dice.whole(4096, 65_535).toString(16)}-8033-b7c04f${dice.whole(100_000, 999_999).toString(16)}`,
      boot_id: pending ? null : `${dice.whole(1e8, 4e9).toString(16)}-9a1c`,
      clock_skew_ms: pending ? null : at === 60 ? 412_000 : dice.whole(-240, 380),
      sensors: pending ? [] : sensorsOf(os, at),
      features: pending
        ? []
        : [
            { feature: 'assets', version: 1 },
            { feature: 'operation_log', version: 1 },
            { feature: 'notices', version: 1 },
          ],
      etag: '1',
    };
  });
  for (const group of groups) {
    if (group.kind === 'fixed') {
      group.endpoint_count = fleet.filter(
        (endpoint) => group.path === '/' || endpoint.group.path === group.path || endpoint.group.path.startsWith(`${group.path}/`),
      ).length;
    }
  }
  const linux = groups.find((group) => group.query === 'os:linux');
  if (linux) linux.endpoint_count = fleet.filter((endpoint) => endpoint.os === 'linux').length;
  return fleet;
}

export const fleet: EndpointDetail[] = build();

export function findEndpoint(id: string): EndpointDetail | undefined {
  return fleet.find((endpoint) => endpoint.id === id || endpoint.hostname === id);
}
