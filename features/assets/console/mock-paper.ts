import { HttpResponse, http } from 'msw';
import type { AssetPhoto, AssetRound, AssetStatistics, AssetSummary, AssetView, AssetViewChange, BulkChange, BulkOutcome, NewStockRound, RoundAsset, SeenAsset, StockRound } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, mockNow, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { groups } from '../../../core/endpoints/console/mock-fleet';
import { detailOf, fitting, ledger, write } from './mock-ledger';

const me = '佐伯 直樹';
const now = (): string => timeOf(mockNow);

// --- stock-taking

interface Kept {
  round: StockRound;
  lines: RoundAsset[];
}

const lineOf = (asset: AssetSummary): RoundAsset => ({
  id: asset.id,
  inventory_number: asset.inventory_number,
  name: asset.name,
  serial: asset.serial,
  state: 'missing',
  place_before: asset.place,
  person_before: asset.person,
  seen_at: null,
  seen_by: null,
  place: null,
  person: null,
  note: null,
});

function begin(id: string, name: string, wanted: (asset: AssetSummary) => boolean, more: Partial<StockRound> = {}): Kept {
  const lines = ledger.filter((asset) => wanted(asset) && !['returned', 'disposed'].includes(asset.standing)).map(lineOf);
  const round: StockRound = { id, name, group: '/', place: '', opened_at: now(), opened_by: me, closed_at: null, closed_by: null, expected: lines.length, found: 0, besides: 0, whole: true, ...more };
  return { round, lines };
}

function count({ round, lines }: Kept): StockRound {
  round.found = lines.filter((line) => line.state === 'found').length;
  round.besides = lines.filter((line) => line.state === 'besides').length;
  return round;
}

const rounds: Kept[] = [
  begin(idOf(21, 2), '2026年度 本社3階', (asset) => asset.place === '本社3階', { place: '本社3階', opened_at: before(2 * day) }),
  begin(idOf(21, 1), '2025年度 全社', () => true, { opened_at: before(360 * day), closed_at: before(340 * day), closed_by: me }),
];
rounds.forEach(({ lines }, nth) => {
  lines.forEach((line, at) => {
    if (nth === 0 ? at % 3 === 0 : at % 17 !== 5) Object.assign(line, { state: 'found', seen_at: before((nth === 0 ? 1 : 345) * day), seen_by: '岡田 綾' });
  });
});
const roundOf = (id: unknown): Kept | undefined => rounds.find(({ round }) => round.id === id);

const stock = [
  http.get('/api/v1/assets/rounds', ({ request }) => pageOf(rounds.map(count), new URL(request.url))),
  http.post('/api/v1/assets/rounds', async ({ request }) => {
    const body = (await request.json()) as NewStockRound;
    const path = groups.find((group) => group.id === body.group)?.path ?? '/';
    const made = begin(idOf(21, 10 + rounds.length), body.name, (asset) => (!body.place || asset.place === body.place) && asset.group.startsWith(path), { group: path, place: body.place ?? '' });
    if (made.lines.length === 0) return problem(422, 'invalid', 'このグループのこの場所に、対象になる資産はありません。');
    rounds.unshift(made);
    return HttpResponse.json(count(made) as never, { status: 201 });
  }),
  http.get('/api/v1/assets/rounds/:id', ({ params }) => {
    const kept = roundOf(params['id']);
    return kept ? HttpResponse.json(count(kept) as never) : notFound();
  }),
  http.get('/api/v1/assets/rounds/:id/assets', ({ params, request }) => {
    const url = new URL(request.url);
    const state = url.searchParams.get('state');
    return pageOf(roundOf(params['id'])?.lines.filter((line) => state === null || line.state === state) ?? [], url);
  }),
  http.post('/api/v1/assets/rounds/:id/seen', async ({ params, request }) => {
    const kept = roundOf(params['id']);
    const body = (await request.json()) as SeenAsset;
    const asset = ledger.find((one) => one.id === body.asset);
    if (!kept || !asset) return notFound();
    if (kept.round.closed_at) return problem(409, 'conflict', 'この棚卸は締めてあります。');
    let line = kept.lines.find((one) => one.id === asset.id);
    if (!line) {
      line = { ...lineOf(asset), state: 'besides' };
      kept.lines.push(line);
    }
    if (line.state === 'missing') line.state = 'found';
    Object.assign(line, { seen_at: now(), seen_by: me, place: body.place ?? null, person: body.person ?? null, note: body.note ?? null });
    write(asset, { ...(body.place ? { place: body.place } : {}), ...(body.person ? { person: body.person } : {}) });
    return HttpResponse.json(line as never);
  }),
  http.post('/api/v1/assets/rounds/:id/close', ({ params }) => {
    const kept = roundOf(params['id']);
    if (!kept) return notFound();
    Object.assign(kept.round, { closed_at: now(), closed_by: me });
    return HttpResponse.json(count(kept) as never);
  }),
  http.get('/api/v1/assets/ledger/:id/rounds', ({ params, request }) => {
    const parts = rounds.flatMap(({ round, lines }): AssetRound[] => {
      const line = lines.find((one) => one.id === params['id']);
      return line ? [{ id: round.id, name: round.name, opened_at: round.opened_at, closed_at: round.closed_at ?? null, seen_at: line.seen_at ?? null, seen_by: line.seen_by ?? null, place: line.place ?? null, note: line.note ?? null }] : [];
    });
    return pageOf(parts, new URL(request.url));
  }),
];

// --- photos

const photos = new Map<string, { view: AssetPhoto; bytes: ArrayBuffer }[]>();

const pictures = [
  http.get('/api/v1/assets/ledger/:id/photos', ({ params, request }) => pageOf((photos.get(String(params['id'])) ?? []).map((one) => one.view), new URL(request.url))),
  http.post('/api/v1/assets/ledger/:id/photos', async ({ params, request }) => {
    const bytes = await request.arrayBuffer();
    const kept = photos.get(String(params['id'])) ?? [];
    const view: AssetPhoto = { id: idOf(22, kept.length + 1), format: 'jpeg', bytes: bytes.byteLength, added_at: now(), added_by: me };
    photos.set(String(params['id']), [...kept, { view, bytes }]);
    return HttpResponse.json(view as never, { status: 201 });
  }),
  http.get('/api/v1/assets/ledger/:id/photos/:photo', ({ params }) => {
    const found = photos.get(String(params['id']))?.find((one) => one.view.id === params['photo']);
    return found ? new HttpResponse(found.bytes, { headers: { 'content-type': 'image/jpeg' } }) : notFound();
  }),
  http.delete('/api/v1/assets/ledger/:id/photos/:photo', ({ params }) => {
    const id = String(params['id']);
    photos.set(id, photos.get(id)?.filter((one) => one.view.id !== params['photo']) ?? []);
    return new HttpResponse(null, { status: 204 });
  }),
];

// --- views

const views: AssetView[] = [
  { id: idOf(23, 1), name: 'リースの近いもの', question: 'kind=printer&sort=lease_until', columns: ['name', 'kind', 'place', 'lease'], shared: true, own: true, owner: me, changed_at: before(9 * day) },
  { id: idOf(23, 2), name: '貸出の管理', question: 'standing=lent', columns: ['name', 'person', 'place', 'inventory_number'], shared: true, own: false, owner: '岡田 綾', changed_at: before(30 * day) },
];

const kept = [
  http.get('/api/v1/assets/views', ({ request }) => pageOf(views, new URL(request.url))),
  http.post('/api/v1/assets/views', async ({ request }) => {
    const body = (await request.json()) as AssetViewChange;
    if (views.some((one) => one.own && one.name === body.name)) return problem(409, 'conflict', '同じ名前の表示があります。');
    const view: AssetView = { id: idOf(23, 10 + views.length), question: '', columns: [], shared: false, ...body, own: true, owner: me, changed_at: now() };
    views.unshift(view);
    return HttpResponse.json(view as never, { status: 201 });
  }),
  http.put('/api/v1/assets/views/:id', async ({ params, request }) => {
    const view = views.find((one) => one.id === params['id']);
    if (!view) return notFound();
    Object.assign(view, (await request.json()) as AssetViewChange, { changed_at: now() });
    return HttpResponse.json(view as never);
  }),
  http.delete('/api/v1/assets/views/:id', ({ params }) => {
    views.splice(
      views.findIndex((one) => one.id === params['id']),
      1,
    );
    return new HttpResponse(null, { status: 204 });
  }),
];

// --- many at once

function outcome(url: URL, body: BulkChange): BulkOutcome & { apply: () => void } {
  const meant = body.ids ? ledger.filter((one) => body.ids?.includes(one.id)) : ledger.filter(fitting(url));
  const group = groups.find((one) => one.id === body.set.group);
  const plain = ['standing', 'place', 'person', 'lease_until', 'warranty_until'] as const;
  const changes = meant.flatMap((asset) => {
    const custom = detailOf(asset).custom;
    const fields = plain.flatMap((field) => {
      const after = body.set[field];
      const had = asset[field] ?? '';
      return after === undefined || had === (after ?? '') ? [] : [{ field: field as string, before: had, after: after ?? '' }];
    });
    for (const [name, value] of Object.entries(body.set.custom ?? {})) {
      if ((custom[name] ?? '') !== (value ?? '')) fields.push({ field: `custom:${name}`, before: custom[name] ?? '', after: value ?? '' });
    }
    if (group && !asset.endpoint && asset.group !== group.path) fields.push({ field: 'group', before: asset.group, after: group.path });
    return fields.length > 0 ? [{ asset, fields }] : [];
  });
  return {
    count: meant.length,
    changing: changes.length,
    kept_in_group: group ? meant.filter((asset) => asset.endpoint && asset.group !== group.path).length : 0,
    examples: changes.slice(0, 20).map(({ asset, fields }) => ({ id: asset.id, name: asset.name, fields })),
    apply: () => {
      for (const { asset } of changes) {
        const { custom, ...rest } = body.set;
        write(asset, { ...rest, group: asset.group, ...(group && !asset.endpoint ? { group: group.path } : {}), ...(custom ? { custom: { ...detailOf(asset).custom, ...custom } as Record<string, string> } : {}) } as never);
      }
    },
  };
}

const many = [
  http.post('/api/v1/assets/bulk/preview', async ({ request }) => HttpResponse.json(outcome(new URL(request.url), (await request.json()) as BulkChange) as never)),
  http.post('/api/v1/assets/bulk', async ({ request }) => {
    const { apply, ...done } = outcome(new URL(request.url), (await request.json()) as BulkChange);
    apply();
    return HttpResponse.json(done as never);
  }),
];

// --- numbers

const GIB = 1024 ** 3;
const GB = 1e9;
const year = 365.25 * day;

function statistics(url: URL): AssetStatistics {
  const rows = ledger.filter(fitting(url));
  const words = (known: string[], of: (row: AssetSummary) => string[]): { word: string; count: number }[] =>
    known.map((word) => ({ word, count: rows.filter((row) => of(row).includes(word)).length }));
  const amounts = (bounds: number[], of: (row: AssetSummary) => number, among = rows): AssetStatistics['memory'] =>
    bounds.map((from, at) => {
      const below = bounds[at + 1] ?? null;
      return { from, below, count: among.filter((row) => of(row) >= from && (below === null || of(row) < below)).length };
    });
  const times = (spans: [number | null, number | null][], of: (row: AssetSummary) => string | null | undefined): AssetStatistics['ages'] =>
    spans.map(([from, end]) => {
      const inside = rows.filter((row) => {
        const at = of(row);
        const ms = at ? Date.parse(at) : NaN;
        return !Number.isNaN(ms) && (from === null || ms >= from) && (end === null || ms < end);
      });
      return { from: from === null ? null : timeOf(from), before: end === null ? null : timeOf(end), count: inside.length };
    });
  const month = (n: number): number => Date.parse(`${String(2026 + Math.floor((10 + n) / 12))}-${String(((10 + n) % 12) + 1).padStart(2, '0')}-01T00:00:00+09:00`);
  const months = Array.from({ length: 13 }, (_, at): [number | null, number | null] => [at === 0 ? null : month(at - 1), month(at)]);
  const years = [0, 1, 2, 3, 4, 5, 7];
  const ages = years.map((young, at): [number | null, number | null] => {
    const old = years[at + 1];
    return [old === undefined ? null : mockNow - old * year, young === 0 ? null : mockNow - young * year];
  });
  const systems = new Map<string, number>();
  for (const row of rows) {
    const word = `${row.os_name} ${row.os_version}`.trim() || 'unknown';
    systems.set(word, (systems.get(word) ?? 0) + 1);
  }
  return {
    total: rows.length,
    kinds: words(['computer', 'server', 'printer', 'network', 'phone', 'other'], (row) => [row.kind]),
    standings: words(['in_use', 'stock', 'lent', 'returned', 'disposed'], (row) => [row.standing]),
    sources: words(['agent', 'fusioninventory', 'ocs', 'osquery', 'snmp', 'import'], (row) => row.sources),
    systems: [...systems].sort(([, a], [, b]) => b - a).map(([word, found]) => ({ word, count: found })),
    ages: times(ages, (row) => row.first_at),
    memory: amounts([0, 1, 3.5 * GIB, 7 * GIB, 14 * GIB, 30 * GIB, 60 * GIB], (row) => row.memory_bytes),
    disk: amounts([0, 1, 200 * GB, 450 * GB, 900 * GB, 1800 * GB], (row) => row.disk_bytes),
    fullest: amounts([0, 50, 80, 90, 95], (row) => row.fullest, rows.filter((row) => row.disk_bytes > 0)),
    lease: times(months, (row) => row.lease_until),
    warranty: times(months, (row) => row.warranty_until),
  };
}

export const handlers = [
  ...stock,
  ...pictures,
  ...kept,
  ...many,
  http.get('/api/v1/assets/statistics', ({ request }) => HttpResponse.json(statistics(new URL(request.url)) as never)),
];
