import { HttpResponse, http } from 'msw';
import type { AssetDetail, AssetSummary, AssetWatch, ChangeView, EndpointDetail, NewAsset, PackageView } from '@shell/api/schema';
import { notFound, pageOf, problem, settingsAt } from '@shell/mock/answers';
import { before, day, hour } from '@shell/mock/day';
import { chance, idOf } from '@shell/mock/random';
import { fleet, groups } from '../../../core/endpoints/console/mock-fleet';
import { deviceIdOf } from './mock-devices';
import { assetsOf } from './mock-inventory';

const none = {
  online: false,
  vendor: '',
  model: '',
  serial: '',
  os_name: '',
  os_version: '',
  cpu: '',
  memory_bytes: 0,
  disk_bytes: 0,
  fullest: 0,
  ip: '',
  mac: '',
  person: '',
  inventory_number: '',
  place: '',
  whereabouts: '',
  office: '',
  standing: 'in_use',
  unreachable_since: null,
};

function ofEndpoint(endpoint: EndpointDetail, at: number): AssetSummary {
  const inventory = assetsOf(endpoint);
  const dice = chance(at + 7);
  const full = inventory.volumes.map((volume) => Math.floor((100 * (volume.size_bytes - volume.free_bytes)) / volume.size_bytes));
  const used = inventory.network.find((one) => one.ipv4.length > 0) ?? inventory.network[0];
  const place = dice.one(['本社3階', '本社2階', '大阪支店', '在宅']);
  const now = place === '在宅' ? (['home', ''] as const) : dice.one([['office', place.slice(0, 2)], ['elsewhere', '']] as const);
  const waiting = at % 5 === 2 ? 14 : at % 7 === 3 ? 3 : 0;
  return {
    ...none,
    id: endpoint.id,
    kind: endpoint.hostname.includes('srv') ? 'server' : 'computer',
    name: endpoint.hostname,
    endpoint: endpoint.id,
    online: endpoint.online,
    group: endpoint.group.path,
    person: endpoint.primary_user?.name ?? '',
    vendor: inventory.hardware.vendor ?? '',
    model: inventory.hardware.model ?? '',
    serial: inventory.hardware.serial ?? '',
    os_name: inventory.os.name,
    os_version: inventory.os.version,
    cpu: inventory.hardware.cpu.model,
    memory_bytes: inventory.hardware.memory_bytes,
    disk_bytes: inventory.disks.reduce((all, disk) => all + disk.size_bytes, 0),
    fullest: Math.max(0, ...full),
    ip: used?.ipv4[0] ?? '',
    mac: used?.mac ?? '',
    sources: at % 9 === 4 ? ['agent', 'fusioninventory'] : ['agent'],
    inventory_number: `PC-${String(2024 + (at % 3))}-${String(at + 1).padStart(4, '0')}`,
    place,
    whereabouts: now[0],
    office: now[1],
    updates: waiting,
    security_updates: Math.floor(waiting / 4),
    lease_until: at % 4 === 0 ? before(-(20 + at * 9) * day) : null,
    warranty_until: before(-(90 + at * 5) * day),
    first_at: endpoint.enrolled_at,
    seen_at: endpoint.last_seen ?? endpoint.enrolled_at,
  };
}

function other(number: number, kind: string, name: string, more: Partial<AssetSummary>): AssetSummary {
  return {
    ...none,
    id: idOf(17, number),
    kind,
    name,
    group: '/',
    sources: ['import'],
    first_at: before(200 * day),
    seen_at: before(40 * day),
    ...more,
  };
}

export const ledger: AssetSummary[] = [
  ...fleet.filter((endpoint) => endpoint.state !== 'pending').map(ofEndpoint),
  other(1, 'printer', '複合機 本社3階', { sources: ['snmp', 'import'], vendor: 'リコー', model: 'IM C4510', serial: '3A81-220145', ip: '192.168.10.60', inventory_number: 'MFP-0003', place: '本社3階', lease_until: before(-34 * day) }),
  other(2, 'printer', '複合機 大阪', { sources: ['snmp', 'import'], vendor: 'キヤノン', model: 'iR-ADV C3830F', serial: '2XF07713', ip: '192.168.20.60', inventory_number: 'MFP-0004', place: '大阪支店', lease_until: before(-410 * day) }),
  other(3, 'network', 'core-sw-01', { sources: ['snmp', 'import'], vendor: 'アライドテレシス', model: 'AT-x530L-28GTX', serial: 'A05041R193100041', ip: '192.168.10.1', inventory_number: 'NW-0001', place: '本社サーバー室', warranty_until: before(-260 * day) }),
  other(4, 'computer', 'ciao-build', { vendor: 'Supermicro', model: 'SYS-510', serial: 'S4417', os_name: 'Debian GNU/Linux', os_version: '12', sources: ['fusioninventory'], ip: '192.168.10.88', memory_bytes: 64 * 1024 ** 3, disk_bytes: 2_000_000_000_000, fullest: 71, seen_at: before(3 * hour) }),
  other(5, 'computer', '貸出ノート 12', { vendor: 'Dynabook', model: 'dynabook B65/HU', serial: 'ZK118204H', inventory_number: 'PC-2023-0012', standing: 'lent', person: '岡田 綾', place: '貸出棚' }),
  other(6, 'computer', '旧ノート 03', { vendor: 'NEC', model: 'VersaPro VKT44', serial: '9X100713A', inventory_number: 'PC-2019-0003', standing: 'disposed' }),
];

function nameOf(at: number): string {
  return ledger[at]?.name ?? '';
}

const changed: ChangeView[] = [
  [21, 9 * hour, 'memory', '', '16384 MiB', '8192 MiB'],
  [4, 20 * hour, 'software', 'Zoom Workplace', '6.6.1', '6.6.4'],
  [4, 20 * hour, 'software', 'TeraPad', null, '1.11'],
  [13, 30 * hour, 'hostname', '', 'DESKTOP-4KQ2M1', nameOf(13)],
  [9, 2 * day, 'administrator', 'tmp-admin', null, 'Administrators'],
  [30, 3 * day, 'interface', 'イーサネット 2', null, '00:e0:4c:68:01:0f'],
  [21, 4 * day, 'software', 'Lhaplus', '1.74', null],
  [7, 5 * day, 'disk', 'Y288123', 'KIOXIA KBG50ZNV256G 256060 MB', null],
  [7, 5 * day, 'disk', 'Y291774', null, 'KIOXIA KBG50ZNV1T02 1024209 MB'],
  [40, 6 * day, 'protection', 'Windows Defender', 'on', 'off'],
].map(([at, ago, part, name, old, now], nth): ChangeView => ({
  id: idOf(18, nth + 1),
  asset: ledger[at as number]?.id ?? '',
  machine: nameOf(at as number),
  at: before(ago as number),
  source: 'agent',
  part: part as string,
  name: name as string,
  before: old as string | null,
  after: now as string | null,
}));

interface Counted extends PackageView {
  on: string[];
}

/** What is installed where; read when it is first asked for, as it goes through every machine. */
let packagesRead: Counted[] | undefined;
function packages(): Counted[] {
  if (packagesRead) return packagesRead;
  const found = new Map<string, Counted>();
  for (const endpoint of fleet.filter((one) => one.state !== 'pending')) {
    for (const one of assetsOf(endpoint).software) {
      const key = `${one.name}\t${one.version}`;
      const counted = found.get(key) ?? { name: one.name, version: one.version, publisher: one.publisher ?? '', source: one.source, architecture: one.architecture ?? '', machines: 0, first_at: before(80 * day), on: [] };
      counted.on.push(endpoint.id);
      counted.machines = counted.on.length;
      found.set(key, counted);
    }
  }
  packagesRead = [...found.values()].sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()) || a.version.localeCompare(b.version));
  return packagesRead;
}

const written = new Map<string, Partial<AssetDetail>>();

export function detailOf(asset: AssetSummary): AssetDetail {
  const sightings = asset.sources.map((source, at) => ({
    id: String(at + 1),
    source,
    key: source === 'agent' ? (asset.endpoint ?? '') : source === 'snmp' ? deviceIdOf(asset.id) : `${asset.name}-2026-03-02-09-11-40`,
    why: at === 0 ? 'new' : 'serial',
    leading: at === 0,
    first_at: asset.first_at,
    seen_at: asset.seen_at,
  }));
  const doubts = asset.name === 'ciao-build' ? [{ id: ledger[3]?.id ?? '', name: nameOf(3), doubt: 'mac_moved' }] : [];
  return { ...asset, bought_at: before(600 * day), price: '', note: '', custom: { 部門コード: 'K-12' }, sightings, doubts, etag: '"1"', ...written.get(asset.id) };
}

let watch: AssetWatch = {
  changes: ['hostname', 'machine', 'cpu', 'memory', 'disk', 'interface', 'administrator', 'protection'],
  new_software: { on: true, learning_days: 7 },
  full_disk: { on: true, percent: 95 },
  address_twice: { on: true },
  ends: { on: true, days: 60 },
  unreachable: { on: true, rounds: 3 },
  toner_low: { on: true, percent: 10 },
};

function sorted(rows: AssetSummary[], sort: string): AssetSummary[] {
  const way = sort.startsWith('-') ? -1 : 1;
  const name = sort.replace(/^-/, '') as keyof AssetSummary;
  const value = (row: AssetSummary): string | number => (row[name] as string | number | null) ?? '';
  return rows.toSorted((a, b) => (value(a) < value(b) ? -way : value(a) > value(b) ? way : 0));
}

/** Which assets an address asks for. */
export function fitting(url: URL): (row: AssetSummary) => boolean {
  const asked = (name: string): string => url.searchParams.get(name) ?? '';
  const q = asked('q').toLowerCase();
  const [wanted, ofVersion] = [asked('package').toLowerCase(), asked('package_version')];
  const having = wanted === '' ? null : new Set(packages().filter((one) => one.name.toLowerCase() === wanted && (ofVersion === '' || one.version === ofVersion)).flatMap((one) => one.on));
  const ids = url.searchParams.get('ids')?.split(',');
  const group = groups.find((one) => one.id === asked('group'))?.path;
  const within = (value: number | null, from: string, below: string, read: (text: string) => number): boolean =>
    (asked(from) === '' || (value !== null && value >= read(asked(from)))) && (asked(below) === '' || (value !== null && value < read(asked(below))));
  const time = (at: string | null | undefined): number | null => (at ? Date.parse(at) : null);
  return (row) =>
    (q === '' || [row.name, row.serial, row.inventory_number, row.model, row.ip, row.place, row.person].some((text) => text.toLowerCase().includes(q))) &&
    (asked('kind') === '' || row.kind === asked('kind')) &&
    (asked('standing') === '' || row.standing === asked('standing')) &&
    (asked('source') === '' || row.sources.includes(asked('source'))) &&
    (having === null || having.has(row.id)) &&
    (asked('number') === '' || [row.inventory_number, row.serial].some((text) => text.toLowerCase() === asked('number').toLowerCase())) &&
    (ids === undefined || ids.includes(row.id)) &&
    (group === undefined || group === '/' || row.group === group || row.group.startsWith(`${group}/`)) &&
    (asked('present') !== 'true' || !['returned', 'disposed'].includes(row.standing)) &&
    (asked('os_exact') === '' || (`${row.os_name} ${row.os_version}`.trim() || 'unknown') === asked('os_exact')) &&
    within(row.memory_bytes, 'memory_from', 'memory_below', Number) &&
    within(row.disk_bytes, 'disk_from', 'disk_below', Number) &&
    within(row.fullest, 'fullest', 'fullest_below', Number) &&
    within(time(row.first_at), 'had_from', 'had_before', Date.parse) &&
    within(time(row.lease_until), 'lease_from', 'lease_before', Date.parse) &&
    within(time(row.warranty_until), 'warranty_from', 'warranty_before', Date.parse);
}

/** Writes something down about an asset, as a form does. */
export function write(asset: AssetSummary, change: Partial<AssetDetail>): void {
  const etag = detailOf(asset).etag;
  written.set(asset.id, { ...written.get(asset.id), ...change, etag: `"${String(Number(etag.slice(1, -1)) + 1)}"` });
  Object.assign(asset, written.get(asset.id));
}

export const handlers = [
  http.get('/api/v1/assets/ledger', ({ request }) => {
    const url = new URL(request.url);
    return pageOf(sorted(ledger.filter(fitting(url)), url.searchParams.get('sort') ?? 'name'), url);
  }),
  http.post('/api/v1/assets/ledger', async ({ request }) => {
    const { written: known = {}, ...machine } = (await request.json()) as NewAsset;
    const said = { ...machine, ...known } as Partial<AssetDetail> & { name: string };
    if (ledger.some((one) => said.serial !== undefined && one.serial === said.serial)) return problem(409, 'conflict', '同じ製造番号の機器が、もう台帳にあります。');
    const made = { ...other(100 + ledger.length, said.kind ?? 'other', said.name, { first_at: before(0), seen_at: before(0) }), ...said };
    ledger.push(made);
    return HttpResponse.json(detailOf(made) as never, { status: 201 });
  }),
  http.get('/api/v1/assets/ledger/:id', ({ params }) => {
    const asset = ledger.find((one) => one.id === params['id']);
    return asset ? HttpResponse.json(detailOf(asset) as never) : notFound();
  }),
  http.patch('/api/v1/assets/ledger/:id', async ({ params, request }) => {
    const asset = ledger.find((one) => one.id === params['id']);
    if (!asset) return notFound();
    const now = detailOf(asset);
    if (request.headers.get('if-match') !== now.etag) return problem(409, 'conflict', 'ほかの人が先に変えました。');
    write(asset, (await request.json()) as Partial<AssetDetail>);
    return HttpResponse.json(detailOf(asset) as never);
  }),
  http.delete('/api/v1/assets/ledger/:id', ({ params }) => {
    const at = ledger.findIndex((one) => one.id === params['id']);
    if (ledger[at]?.endpoint) return problem(409, 'conflict', 'エージェントが動いています。先に端末を外してください。');
    ledger.splice(at, 1);
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('/api/v1/assets/changes', ({ request }) => {
    const url = new URL(request.url);
    const [asset, part] = [url.searchParams.get('asset'), url.searchParams.get('part')];
    return pageOf(
      changed.filter((one) => (asset === null || one.asset === asset) && (part === null || one.part === part)),
      url,
    );
  }),
  http.get('/api/v1/assets/packages', ({ request }) => {
    const url = new URL(request.url);
    const q = (url.searchParams.get('q') ?? '').toLowerCase();
    return pageOf(
      packages().filter((one) => one.name.toLowerCase().startsWith(q)),
      url,
    );
  }),
  ...settingsAt('/api/v1/assets/watch', () => watch, (next) => {
    watch = next;
  }),
];
