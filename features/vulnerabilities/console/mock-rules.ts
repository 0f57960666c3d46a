import { HttpResponse, http } from 'msw';
import { notFound, pageOf, problem, settingsAt } from '@shell/mock/answers';
import { before, day } from '@shell/mock/day';
import { departments } from '@shell/mock/office';
import { idOf } from '@shell/mock/random';
import { findEndpoint, groups } from '../../../core/endpoints/console/mock-fleet';
import type { Appliance, ApplianceBody, BannerPreview, Exception, ExceptionBody } from './api';
import { catalogue } from './mock-catalogue';
import { applianceCount, bitsIn, exceptions, forgetOffice, idOfMachine, machineCount, nameOf, setExceptions, settings, theOffice, touched, worstOf } from './mock-machines';

const conflict = (): Response => problem(409, 'conflict', 'ほかの人が先に変えました。読み込み直してください。');

/** What an exception takes out of the red: machines, and findings on them. */
function touchedBy(of: Pick<Exception, 'weakness' | 'subject' | 'scope'>): { machines: number; findings: number } {
  const count = { machines: 0, findings: 0 };
  touched(of, (_, bits) => {
    count.machines += 1;
    count.findings += bitsIn(bits);
  });
  return count;
}

function scopeName(scope: Exception['scope']): string {
  if (scope === 'all') return '';
  return 'group' in scope ? (groups.find((one) => one.id === scope.group)?.name ?? '') : (findEndpoint(scope.endpoint)?.hostname ?? '');
}

const made = (number: number, body: ExceptionBody, more: Partial<Exception> = {}): Exception => ({ ...body, id: idOf(91, number), scope_name: scopeName(body.scope), by: '佐伯 直樹', created_at: before(0), findings: 0, machines: 0, ended: false, ...more });

let ready = false;
/** The exceptions that the office begins with, counted when they are first asked about. */
function theExceptions(): Exception[] {
  if (!ready) {
    ready = true;
    exceptions.push(
      made(1, { weakness: 'CVE-2026-90004', subject: '7-Zip', scope: { group: departments[6]?.id ?? '' }, reason: '設計部は社内の図面だけを展開する。12月の入れ替えで新しい版になる', until: before(-30 * day) }, { created_at: before(20 * day) }),
      made(2, { weakness: 'CVE-2026-90019', subject: null, scope: 'all', reason: '更新は社内の配布サーバーからだけ取るので、当たらない', until: before(-120 * day) }, { created_at: before(60 * day), by: '岡田 真理' }),
      made(3, { weakness: 'CVE-2026-90020', subject: 'curl', scope: 'all', reason: '点検が終わるまで', until: before(3 * day) }, { created_at: before(90 * day), ended: true }),
    );
    setExceptions();
  }
  return exceptions.map((one) => (one.ended ? one : { ...one, ...touchedBy(one) }));
}

/** Lays out the exceptions before anything is counted, so that the overview knows them from the start. */
export function beginExceptions(): void {
  theExceptions();
}

const products: [string, string, string | null][] = [['FortiOS', '7.4.3', '2028-05-11'], ['FortiOS', '7.2.8', '2027-03-31'], ['PAN-OS', '10.1.9', '2026-12-01'], ['Cisco ASA', '9.16.4', null], ['Ivanti Connect Secure', '22.7R2.5', null], ['SonicOS', '6.5.4', '2026-10-31']];
const written: Appliance[] = [];
const gone = new Set<string>();

function theAppliances(): Appliance[] {
  const { has, unit } = theOffice();
  const seen = Array.from({ length: applianceCount }, (_, at): Appliance => {
    const machine = machineCount - applianceCount + at;
    const bits = has[machine] ?? 0;
    const first = catalogue.find((_kind, bit) => (bits & (1 << bit)) !== 0);
    const [product, release, ends_on] = (first && products.find(([name]) => name === first.subject)) ?? products[at % products.length] ?? ['FortiOS', '7.4.9', null];
    const department = departments[unit[machine] ?? 0];
    return { id: idOf(92, at), asset_id: idOfMachine(machine), name: nameOf(machine), group_id: department?.id ?? '', group_name: department?.name ?? '', product, release, how: at % 3 === 0 ? 'snmp' : at % 3 === 1 ? 'banner' : 'hand', at: before((1 + (at % 9)) * day), findings: bitsIn(bits), worst: worstOf(bits), ends_on, ended: ends_on !== null && ends_on < '2026-11-17', version: 1 };
  });
  return [...written, ...seen.filter((one) => !written.some((other) => other.id === one.id))].filter((one) => !gone.has(one.id));
}

function add(body: ApplianceBody, how: Appliance['how'], id = idOf(93, written.length)): Appliance {
  const one: Appliance = { ...body, id, asset_id: null, group_name: groups.find((group) => group.id === body.group_id)?.name ?? '', how, at: before(0), findings: 0, worst: null, ends_on: null, ended: false, version: 1 };
  written.unshift(one);
  return one;
}

const banners: [RegExp, string][] = [[/FortiGate.*?v(\d+\.\d+\.\d+)/i, 'FortiOS'], [/PAN-OS[ /](\d+\.\d+\.\d+)/i, 'PAN-OS'], [/Adaptive Security Appliance.*?(\d+\.\d+\(?\d*\)?\d*)/i, 'Cisco ASA'], [/OpenSSH_(\d+\.\d+(?:p\d)?)/, 'OpenSSH']];

function read(text: string): BannerPreview {
  const names = new Set<string>();
  const rows = text.split(/\r?\n/).flatMap((line, at): BannerPreview['rows'] => {
    if (line.trim() === '') return [];
    const comma = line.indexOf(',');
    const name = comma < 0 ? '' : line.slice(0, comma).trim();
    const banner = comma < 0 ? line : line.slice(comma + 1).trim();
    const known = banners.find(([pattern]) => pattern.test(banner));
    const fault = comma < 0 || name === '' ? 'unreadable' : names.has(name) ? 'duplicate' : known ? null : 'unknown_product';
    names.add(name);
    return [{ line: at + 1, name, banner, product: known?.[1] ?? null, release: (known && known[0].exec(banner)?.[1]) ?? null, fault }];
  });
  const good = rows.filter((row) => !row.fault).length;
  return { rows, good, bad: rows.length - good };
}

export const handlers = [
  http.get('/api/v1/vulnerabilities/exceptions', ({ request }) => pageOf(theExceptions(), new URL(request.url))),
  http.post('/api/v1/vulnerabilities/exceptions/preview', async ({ request }) => HttpResponse.json(touchedBy((await request.json()) as ExceptionBody))),
  http.post('/api/v1/vulnerabilities/exceptions', async ({ request }) => {
    theExceptions();
    const one = made(100 + exceptions.length, (await request.json()) as ExceptionBody);
    exceptions.unshift(one);
    setExceptions();
    return HttpResponse.json({ ...one, ...touchedBy(one) } as never, { status: 201 });
  }),
  http.delete('/api/v1/vulnerabilities/exceptions/:id', ({ params }) => {
    const at = exceptions.findIndex((exception) => exception.id === params['id']);
    if (at < 0) return notFound();
    exceptions.splice(at, 1);
    setExceptions();
    return new HttpResponse(null, { status: 204 });
  }),
  ...settingsAt('/api/v1/vulnerabilities/settings', () => settings, (next) => {
    Object.assign(settings, next);
    forgetOffice();
  }),
  http.get('/api/v1/vulnerabilities/appliances', ({ request }) => {
    const url = new URL(request.url);
    const q = (url.searchParams.get('q') ?? '').toLowerCase();
    return pageOf(
      theAppliances().filter((one) => `${one.name} ${one.product} ${one.release}`.toLowerCase().includes(q)),
      url,
    );
  }),
  http.post('/api/v1/vulnerabilities/appliances', async ({ request }) => HttpResponse.json(add((await request.json()) as ApplianceBody, 'hand') as never, { status: 201 })),
  http.put('/api/v1/vulnerabilities/appliances/:id', async ({ params, request }) => {
    const now = theAppliances().find((one) => one.id === params['id']);
    if (!now) return notFound();
    const { version, ...body } = (await request.json()) as ApplianceBody & { version: number };
    if (version !== now.version) return conflict();
    const at = written.indexOf(now);
    if (at >= 0) written.splice(at, 1);
    const next = { ...add(body, 'hand', now.id), asset_id: now.asset_id ?? null, version: version + 1 };
    written[0] = next;
    return HttpResponse.json(next as never);
  }),
  http.delete('/api/v1/vulnerabilities/appliances/:id', ({ params }) => {
    gone.add(String(params['id']));
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/vulnerabilities/appliances/banners/preview', async ({ request }) => HttpResponse.json(read(((await request.json()) as { text: string }).text) as never)),
  http.post('/api/v1/vulnerabilities/appliances/banners/import', async ({ request }) => {
    const { text, group_id } = (await request.json()) as { text: string; group_id: string };
    const seen = read(text);
    for (const row of seen.rows) if (!row.fault) add({ name: row.name, group_id, product: row.product ?? '', release: row.release ?? '' }, 'banner');
    return HttpResponse.json({ created: seen.good, updated: 0, skipped: seen.bad });
  }),
  http.get('/api/v1/vulnerabilities/appliances/:id', ({ params }) => {
    const one = theAppliances().find((appliance) => appliance.id === params['id']);
    return one ? HttpResponse.json(one as never) : notFound();
  }),
];

