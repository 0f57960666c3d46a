import { HttpResponse, http } from 'msw';
import type { Assets, DeviceDetail, Discovery, NewSnmpCredential, SnmpCredential } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, minute } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';

const credentials: SnmpCredential[] = [
  { id: idOf(64, 1), name: '本社 プリンター', version: 'v2c', username: '', auth: 'none', privacy: 'none', devices: 3, created_at: before(60 * day), created_by: '情報 花子' },
  { id: idOf(64, 2), name: 'ネットワーク機器', version: 'v3', username: 'yagura', auth: 'sha256', privacy: 'aes128', devices: 3, created_at: before(60 * day), created_by: '情報 花子' },
  { id: idOf(64, 3), name: '旧サーバー室', version: 'v2c', username: '', auth: 'none', privacy: 'none', devices: 0, created_at: before(300 * day), created_by: 'admin' },
];

const supply = (name: string, kind: string, percent: number | null): NonNullable<NonNullable<NonNullable<Assets['device']>['printer']>['supplies']>[number] => ({
  name,
  kind,
  ...(percent === null ? { some: true } : { percent }),
});

function told(vendor: string, model: string, serial: string, name: string, ports: string[], ip: string, more: Partial<NonNullable<Assets['device']>>): Assets {
  return {
    collected_at: before(2 * minute),
    hardware: { vendor, model, serial, firmware: null, cpu: { model: '', cores: 0, threads: 0 }, memory_bytes: 0, virtual_machine: null },
    os: { name: '', version: '', kernel: '', architecture: '', installed_at: null, boot_at: before(31 * day), time_zone: null, hostname: name },
    network: ports.map((port, at) => ({ name: port, mac: `58:38:79:a1:${String(10 + ports.length)}:${String(10 + at)}`, ipv4: at === 0 ? [ip] : [], ipv6: [], up: at % 4 !== 3, speed_mbps: at % 4 === 3 ? null : 1000 })),
    disks: [],
    volumes: [],
    software: [],
    users: [],
    device: more,
  };
}

function device(number: number, host: string, more: Partial<DeviceDetail> & { told: Assets | null }): DeviceDetail {
  const { told: said } = more;
  return {
    id: idOf(63, number),
    host,
    port: 161,
    credential: idOf(64, 1),
    credential_name: '本社 プリンター',
    interval_s: 300,
    group: '0193a002-0000-704a-8016-000000000001',
    group_path: '/',
    state: 'reachable',
    since: before(12 * day),
    missed: 0,
    why: '',
    detail: '',
    asked_at: before(2 * minute),
    answered_at: before(2 * minute),
    asset: null,
    name: said?.os.hostname ?? '',
    kind: said?.device?.printer ? 'printer' : said ? 'network' : '',
    vendor: said?.hardware.vendor ?? '',
    model: said?.hardware.model ?? '',
    location: said?.device?.location ?? '',
    printer: said?.device?.printer ?? null,
    etag: '"1"',
    ...more,
  };
}

const network = { credential: idOf(64, 2), credential_name: 'ネットワーク機器' };

const devices: DeviceDetail[] = [
  device(3, '192.168.20.61', {
    state: 'unreachable',
    since: before(26 * hour),
    missed: 312,
    why: 'silent',
    detail: 'no answer',
    answered_at: before(26 * hour),
    told: told('Brother', 'HL-L6310DW', 'E81234A3N', 'BRN3005', ['eth0'], '192.168.20.61', {
      location: '大阪支店 受付',
      printer: { status: 'idle', pages: 48_213, supplies: [supply('Black Toner Cartridge', 'toner', 34)] },
    }),
  }),
  device(5, '192.168.10.2', { state: 'refused', since: before(3 * hour), missed: 36, why: 'refused', detail: 'the credential was refused', answered_at: null, told: null, ...network }),
  device(6, '192.168.10.90', { state: 'unreadable', since: before(2 * day), why: 'unreadable', detail: 'it answers, but cannot be read: its rows do not go forward, and would never end', answered_at: before(2 * day), told: null, ...network }),
  device(4, '192.168.10.1', {
    asset: idOf(17, 3),
    told: told('Allied Telesis', 'AT-x530L-28GTX', 'A05041R193100041', 'core-sw-01', Array.from({ length: 28 }, (_, at) => `port1.0.${String(at + 1)}`), '192.168.10.1', {
      description: 'Allied Telesis router/switch, Software (AlliedWare Plus) Version 5.5.3',
      location: '本社サーバー室',
      contact: '情報システム課',
    }),
    ...network,
  }),
  device(1, '192.168.10.60', {
    asset: idOf(17, 1),
    told: told('Ricoh', 'IM C4510', '3A81-220145', 'RNP583879A1B2C3', ['ncmac0'], '192.168.10.60', {
      description: 'RICOH IM C4510 1.10 / RICOH Network Printer C model',
      location: '本社3階',
      printer: {
        status: 'idle',
        errors: ['low_toner'],
        pages: 182_344,
        supplies: [supply('Black Toner', 'toner', 62), supply('Cyan Toner', 'toner', 8), supply('Magenta Toner', 'toner', 45), supply('Yellow Toner', 'toner', 71), supply('Waste Toner Bottle', 'waste', null)],
      },
    }),
  }),
  device(2, '192.168.20.60', {
    asset: idOf(17, 2),
    told: told('Canon', 'iR-ADV C3830F', '2XF07713', 'Canon1F2E3D', ['eth0'], '192.168.20.60', {
      location: '大阪支店',
      printer: { status: 'printing', pages: 96_120, supplies: [supply('Canon NPG-67 Black Toner', 'toner', 80), supply('Canon NPG-67 Cyan Toner', 'toner', 55), supply('Canon NPG-67 Magenta Toner', 'toner', 30), supply('Canon NPG-67 Yellow Toner', 'toner', 21)] },
    }),
  }),
];

const jobs = new Map<string, Discovery>();

/** The device that an asset is, if the server asks it. */
export function deviceIdOf(asset: string): string {
  return devices.find((one) => one.asset === asset)?.id ?? '';
}

const find = (id: unknown): DeviceDetail | undefined => devices.find((one) => one.id === id);

export const handlers = [
  http.get('/api/v1/assets/snmp-credentials', ({ request }) => pageOf(credentials, new URL(request.url))),
  http.post('/api/v1/assets/snmp-credentials', async ({ request }) => {
    const { name, version, username = '', auth = 'none', privacy = 'none' } = (await request.json()) as NewSnmpCredential;
    if (credentials.some((one) => one.name === name)) return problem(409, 'conflict', 'there is a credential of this name; take another one');
    const made = { id: idOf(64, 100 + credentials.length), name, version, username, auth, privacy, devices: 0, created_at: before(0), created_by: '情報 花子' };
    credentials.push(made);
    return HttpResponse.json(made, { status: 201 });
  }),
  http.delete('/api/v1/assets/snmp-credentials/:id', ({ params }) => {
    credentials.splice(
      credentials.findIndex((one) => one.id === params['id']),
      1,
    );
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('/api/v1/assets/devices', ({ request }) => {
    const url = new URL(request.url);
    const [q, state] = [url.searchParams.get('q') ?? '', url.searchParams.get('state') ?? ''];
    return pageOf(
      devices.filter((one) => (state === '' || one.state === state) && (q === '' || `${one.host} ${one.name}`.toLowerCase().includes(q.toLowerCase()))),
      url,
    );
  }),
  http.post('/api/v1/assets/devices', async ({ request }) => {
    const body = (await request.json()) as { host: string; port: number; credential: string; interval_s: number };
    if (devices.some((one) => one.host === body.host && one.port === body.port)) return problem(409, 'conflict', 'a device is registered at this address and port');
    const made = device(100 + devices.length, body.host, { ...body, credential_name: credentials.find((one) => one.id === body.credential)?.name ?? '', state: 'waiting', since: before(0), asked_at: null, answered_at: null, told: null });
    devices.push(made);
    return HttpResponse.json(made, { status: 201 });
  }),
  http.get('/api/v1/assets/devices/:id', ({ params }) => {
    const one = find(params['id']);
    return one ? HttpResponse.json(one) : notFound();
  }),
  http.patch('/api/v1/assets/devices/:id', async ({ params, request }) => {
    const one = find(params['id']);
    if (!one) return notFound();
    Object.assign(one, await request.json(), { etag: `"${String(Number(one.etag.slice(1, -1)) + 1)}"` });
    one.credential_name = credentials.find((credential) => credential.id === one.credential)?.name ?? '';
    return HttpResponse.json(one);
  }),
  http.delete('/api/v1/assets/devices/:id', ({ params }) => {
    devices.splice(
      devices.findIndex((one) => one.id === params['id']),
      1,
    );
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/assets/devices/:id/test', ({ params }) => {
    const one = find(params['id']);
    if (!one) return notFound();
    one.asked_at = before(0);
    if (one.state === 'waiting') {
      const said = told('Epson', 'LP-S3290', 'X4RE00812', 'EPSON-1F', ['eth0'], one.host, { location: '1階', printer: { status: 'idle', pages: 5120, supplies: [supply('Black Toner', 'toner', 88)] } });
      Object.assign(one, { ...device(0, one.host, { told: said }), id: one.id, credential: one.credential, credential_name: one.credential_name });
    }
    return HttpResponse.json(one);
  }),
  http.post('/api/v1/assets/discoveries/preview', async ({ request }) => {
    const { addresses } = (await request.json()) as { addresses: string };
    if (!/^[\d.]+(\/\d+|-[\d.]+)?$/.test(addresses.trim())) return problem(422, 'invalid', `\`${addresses}\` is no range`);
    return HttpResponse.json({ first: '192.168.10.1', last: '192.168.10.254', count: 254, known: 4 });
  }),
  http.post('/api/v1/assets/discoveries', async ({ request }) => {
    const { addresses } = (await request.json()) as { addresses: string };
    const job: Discovery = { id: idOf(65, jobs.size + 1), addresses, state: 'running', total: 254, done: 0, added: 0, known: 0, refused: 0, created_by: '情報 花子', started_at: before(0), touched_at: before(0) };
    jobs.set(job.id, job);
    return HttpResponse.json(job, { status: 202 });
  }),
  http.get('/api/v1/assets/discoveries/:id', ({ params }) => {
    const job = jobs.get(String(params['id']));
    if (!job) return notFound();
    const answer = { ...job };
    // Each look finds it further on.
    if (job.state === 'running') {
      job.done = Math.min(job.total, job.done + 127);
      job.added = Math.floor(job.done / 127);
      job.known = job.added * 2;
      if (job.done === job.total) job.state = 'done';
    }
    return HttpResponse.json(answer);
  }),
  http.post('/api/v1/assets/discoveries/:id/cancel', ({ params }) => {
    const job = jobs.get(String(params['id']));
    if (!job) return notFound();
    job.state = 'cancelled';
    return HttpResponse.json(job);
  }),
];
