import { HttpResponse, http } from 'msw';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, mockNow, timeOf } from '@shell/mock/day';
import { departments } from '@shell/mock/office';
import { fleet } from '../../../core/endpoints/console/mock-fleet';
import type { Filter, Finding, Machine, MachineDetail, Weakness, WeaknessDetail } from './api';
import { filterOf } from './filter';
import { boardOf } from './mock-board';
import { catalogue, systemNames, type Kind } from './mock-catalogue';
import { feeds } from './mock-feeds';
import { asked, bitsIn, daysOf, each, eachQuiet, exceptions, idOfMachine, isEmergency, limitOf, maskOf, nameOf, numberOfId, roll, severityMasks, systemAt, theOffice, worstOf } from './mock-machines';
import { severities } from './own-words';

const emergencies = (bits: number): number => bitsIn(bits & maskOf(isEmergency));
const eachBit = (bits: number, then: (kind: Kind, bit: number) => void): void => {
  catalogue.forEach((kind, bit) => {
    if ((bits & (1 << bit)) !== 0) then(kind, bit);
  });
};
const since = (machine: number, bit: number): string => before(daysOf(machine, bit) * day + 3 * hour);
/** The server tells a feed by its id. */
const feedId = (name: string): string => feeds.find((feed) => feed.name.startsWith(name))?.id ?? name;
const filterIn = (url: URL): Filter => filterOf(Object.fromEntries(url.searchParams));
const late = (machine: number): number => theOffice().late[machine] ?? 0;

function oldest(machine: number, bits: number): number {
  let days = 0;
  eachBit(bits, (_, bit) => (days = Math.max(days, daysOf(machine, bit))));
  return days;
}

function machineOf(machine: number, bits: number): Machine {
  const known = fleet[machine];
  const system = systemNames[systemAt(machine)];
  const department = departments[theOffice().unit[machine] ?? 0];
  const agent = system.kind !== 'network';
  return {
    asset_id: idOfMachine(machine),
    endpoint_id: agent ? idOfMachine(machine) : null,
    name: nameOf(machine),
    group_id: department?.id ?? '',
    group_name: department ? `${department.site} › ${department.name}` : '',
    kind: system.kind,
    os: known?.os_name ?? system.os,
    release: system.release,
    state: theOffice().unknown[machine] ? 'unknown' : bits === 0 ? 'current' : 'behind',
    counts: Object.fromEntries(severities.map((severity) => [severity, bitsIn(bits & severityMasks[severity])])) as unknown as Machine['counts'],
    overdue: bitsIn(bits & late(machine)),
    emergency: emergencies(bits),
    updates: Math.floor(roll(machine, 9) * 20),
    oldest_since: bits === 0 ? null : before(oldest(machine, bits) * day + 3 * hour),
    last_seen_at: known ? (known.last_seen ?? null) : before(Math.floor(roll(machine, 10) * 3 * hour)),
    online: known?.online ?? agent,
  };
}

function finding(machine: number, kind: Kind, bit: number): Finding {
  const overdue = (late(machine) & (1 << bit)) !== 0;
  const exception = exceptions.find((one) => !one.ended && one.weakness === kind.id && (one.subject === null || one.subject === kind.subject)) ?? null;
  return {
    weakness: kind.id,
    title_ja: kind.ja,
    title_en: kind.en,
    subject: kind.subject,
    part: kind.part,
    packages: kind.packages.map((name) => ({ name, installed: kind.installed })),
    fixed: kind.fixed,
    standing: kind.standing,
    severity: kind.severity,
    score: kind.score,
    exploited_at: kind.exploited === undefined ? null : before(kind.exploited * day),
    epss: kind.id === null ? null : kind.epss,
    since: since(machine, bit),
    due_on: kind.standing === 'open' ? timeOf(mockNow - (daysOf(machine, bit) - limitOf(kind)) * day).slice(0, 10) : null,
    overdue,
    evidence: kind.evidence,
    feed: kind.feed === '' ? (kind.subject === 'Windows' ? 'Windows Update' : 'apt') : feedId(kind.feed),
    advisory: kind.advisory,
    what_to_do: kind.todo,
    exception,
  };
}

function detailOf(machine: number): MachineDetail {
  const { has, excepted } = theOffice();
  const [all, aside] = [has[machine] ?? 0, excepted[machine] ?? 0];
  const found: Finding[] = [];
  const set: Finding[] = [];
  eachBit(all, (kind, bit) => {
    ((aside & (1 << bit)) === 0 ? found : set).push({ ...finding(machine, kind, bit), ...((aside & (1 << bit)) === 0 ? { exception: null } : {}) });
  });
  const rank = (one: Finding): number => Number(!one.exploited_at) * 10 + severities.indexOf(one.severity);
  const system = systemAt(machine);
  const fixed = catalogue.filter((kind, bit) => (all & (1 << bit)) === 0 && kind.systems.includes(system)).slice(0, 3);
  const appeared = found.map((one) => ({ at: one.since, appeared: [{ weakness: one.weakness ?? null, subject: one.subject }], gone: [] }));
  const gone = fixed.length === 0 ? [] : [{ at: before(11 * day), appeared: [], gone: fixed.map((kind) => ({ weakness: kind.id, subject: kind.subject })) }];
  const open = maskOf((kind) => kind.standing === 'open');
  return {
    ...machineOf(machine, all & ~aside & open),
    findings: found.sort((a, b) => rank(a) - rank(b)),
    excepted: set,
    history: [...appeared, ...gone].sort((a, b) => b.at.localeCompare(a.at)),
    end_of_life: system === 'windows10' ? { product: 'Windows 10', cycle: '22H2', ends_on: '2025-10-14', machines: 1, ended: true } : null,
  };
}

function weaknessesOf(filter: Filter): Weakness[] {
  const machines = new Uint32Array(catalogue.length);
  const overdue = new Uint32Array(catalogue.length);
  each(filter, (machine, bits) => {
    eachBit(bits, (_, bit) => {
      machines[bit] = (machines[bit] ?? 0) + 1;
      if ((late(machine) & (1 << bit)) !== 0) overdue[bit] = (overdue[bit] ?? 0) + 1;
    });
  });
  return catalogue.flatMap((kind, bit): Weakness[] =>
    kind.id === null || machines[bit] === 0
      ? []
      : [
          {
            id: kind.id,
            title_ja: kind.ja,
            title_en: kind.en,
            severity: kind.severity,
            score: kind.score,
            exploited_at: kind.exploited === undefined ? null : before(kind.exploited * day),
            due_at: kind.exploited === undefined ? null : before((kind.exploited - 21) * day),
            ransomware: kind.ransomware ?? false,
            epss: kind.epss,
            subjects: [kind.subject],
            part: kind.part,
            machines: machines[bit] ?? 0,
            overdue: overdue[bit] ?? 0,
            since: before((kind.age - 1) * day),
            standing: kind.standing,
            fixed: kind.fixed,
            evidence: kind.evidence[0] ?? 'vendor',
          },
        ],
  );
}

function weaknessOf(id: string): WeaknessDetail | null {
  const kind = catalogue.find((one) => one.id === id);
  if (!kind) return null;
  const row = weaknessesOf({ weakness: id, standing: kind.standing })[0];
  const release = kind.systems.map((system) => systemNames[system].os).filter(Boolean)[0] ?? '';
  return {
    ...(row ?? { id, title_ja: kind.ja, title_en: kind.en, severity: kind.severity, score: kind.score, ransomware: false, part: kind.part, machines: 0, overdue: 0, since: before(kind.age * day), standing: kind.standing, fixed: kind.fixed, evidence: kind.evidence[0] ?? 'vendor' }),
    summary_ja: `${kind.subject}の${kind.ja}問題です。細工された入力を処理すると起こります。作り手は修正版を${kind.fixed === '' ? 'まだ出していません' : '出しています'}。`,
    summary_en: `${kind.en}. It happens while crafted input is processed. Its maker has ${kind.fixed === '' ? 'no fix yet' : 'a fix'}.`,
    vector: kind.score >= 9 ? 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' : 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H',
    cwe: 'CWE-787',
    references: [`https://www.cve.org/CVERecord?id=${id}`, `https://nvd.nist.gov/vuln/detail/${id}`],
    published_at: before((kind.age + 4) * day),
    rejected: false,
    replaced_by: [],
    subjects: [{ subject: kind.subject, release, installed: kind.installed, fixed: kind.fixed, standing: kind.standing, evidence: kind.evidence[0] ?? 'vendor', feed: feedId(kind.feed), advisory: kind.advisory, machines: row?.machines ?? 0 }],
    told: [...(kind.feed && kind.feed !== 'NVD' ? [{ feed: feedId(kind.feed), severity: kind.severity, score: null, at: before(kind.age * day) }] : []), { feed: feedId('NVD'), severity: kind.severity, score: kind.score, at: before(kind.age * day) }],
  };
}

type Sorted = (a: number, b: number) => number;

/** Only places and words of bits are sorted; a row is made when its page is asked for. */
function pageOfMachines(url: URL): Response {
  const places: number[] = [];
  const words = new Map<number, number>();
  const state = url.searchParams.get('state');
  if (state === 'current' || state === 'unknown') {
    eachQuiet(filterIn(url), state, (machine) => places.push(machine));
  } else {
    each(filterIn(url), (machine, bits) => {
      places.push(machine);
      words.set(machine, bits);
    });
  }
  const sort = url.searchParams.get('sort') ?? '-worst';
  const bits = (machine: number): number => words.get(machine) ?? 0;
  const worst = (machine: number): number => 10 * (5 - severities.indexOf(worstOf(bits(machine)) ?? 'unknown')) + emergencies(bits(machine));
  const keys: Record<string, Sorted> = {
    findings: (a, b) => bitsIn(bits(a)) - bitsIn(bits(b)),
    worst: (a, b) => worst(a) - worst(b) || bitsIn(bits(a)) - bitsIn(bits(b)),
    oldest: (a, b) => oldest(b, bits(b)) - oldest(a, bits(a)),
    name: (a, b) => (nameOf(a) < nameOf(b) ? -1 : 1),
  };
  const by = keys[sort.replace(/^-/, '')] ?? keys['worst'];
  const way = sort.startsWith('-') ? -1 : 1;
  if (by) places.sort((a, b) => way * by(a, b) || a - b);
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? 100);
  const next = from + limit < places.length ? String(from + limit) : null;
  return HttpResponse.json({ items: places.slice(from, from + limit).map((machine) => machineOf(machine, bits(machine))), next_cursor: next, count: { value: places.length, exact: true } } as never);
}

function sortedWeaknesses(rows: Weakness[], sort: string): Weakness[] {
  const keys: Record<string, (of: Weakness) => number> = {
    machines: (of) => of.machines,
    severity: (of) => 5 - severities.indexOf(of.severity),
    score: (of) => of.score,
    epss: (of) => of.epss ?? 0,
    since: (of) => Date.parse(of.since),
  };
  const key = keys[sort.replace(/^-/, '')];
  const way = sort.startsWith('-') ? -1 : 1;
  return key ? rows.toSorted((a, b) => way * (key(a) - key(b))) : rows;
}

export const handlers = [
  http.get('/api/v1/vulnerabilities/board', ({ request }) => {
    const { group, kind } = filterIn(new URL(request.url));
    return HttpResponse.json(boardOf(group, kind) as never);
  }),
  http.get('/api/v1/vulnerabilities/weaknesses', ({ request }) => {
    const url = new URL(request.url);
    return pageOf(sortedWeaknesses(weaknessesOf(filterIn(url)), url.searchParams.get('sort') ?? '-machines'), url);
  }),
  http.get('/api/v1/vulnerabilities/weaknesses/:id', ({ params }) => {
    const found = weaknessOf(String(params['id']));
    return found ? HttpResponse.json(found as never) : notFound();
  }),
  http.get('/api/v1/vulnerabilities/machines', ({ request }) => pageOfMachines(new URL(request.url))),
  http.get('/api/v1/vulnerabilities/machines/:id', ({ params }) => {
    const machine = numberOfId(String(params['id']));
    return machine < 0 || theOffice().unknown[machine] ? notFound() : HttpResponse.json(detailOf(machine) as never);
  }),
  http.get('/api/v1/vulnerabilities/remedy', ({ request }) => {
    const filter = filterIn(new URL(request.url));
    if (asked(filter) === 0) return problem(422, 'invalid', 'この条件に合う弱点はありません。');
    const endpoints: string[] = [];
    const bySystem = new Map<string, { endpoints: string[]; bits: number }>();
    let without = 0;
    each(filter, (machine, bits) => {
      const system = systemAt(machine);
      if (system === 'appliance') {
        without += 1;
        return;
      }
      endpoints.push(idOfMachine(machine));
      const name = system === 'ubuntu' || system === 'debian' ? 'apt' : system === 'macos' ? 'other' : 'windows';
      const one = bySystem.get(name) ?? { endpoints: [], bits: 0 };
      one.endpoints.push(idOfMachine(machine));
      one.bits |= bits;
      bySystem.set(name, one);
    });
    const packagesOf = (bits: number): string[] => [...new Set(catalogue.flatMap((kind, bit) => ((bits & (1 << bit)) === 0 ? [] : kind.packages)))];
    const systems = [...bySystem].map(([system, one]) => ({ system, endpoints: one.endpoints, packages: packagesOf(one.bits) }));
    return HttpResponse.json({ machines: endpoints.length + without, endpoints, without_agent: without, packages: [...new Set(systems.flatMap((one) => one.packages))], systems, cannot: without > 0 ? [{ why: 'no_agent', machines: without }] : [] } as never);
  }),
];
