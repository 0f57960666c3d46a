import { HttpResponse, http } from 'msw';
import type { CompletionView, Day, EventView, Export, HistogramView, Saved } from '@shell/api/schema';
import { problem } from '@shell/mock/answers';
import { before, hour, timeOf } from '@shell/mock/day';
import { now } from '@shell/time';
import { found } from '../../../core/events/console/mock';
import { Misread } from '../../../core/events/console/mock-asked';

let purpose: string | null = '見積書の持ち出しの点検（情報管理室の依頼）';
let endsAt = timeOf(now() + 6 * hour);

const morning: Saved['schedule'] = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  at: '08:30',
  recipients: ['kansa@minato-seiki.example'],
  even_if_none: false,
  next_at: before(-16 * hour),
  last: { at: before(8 * hour), count: 12, exact: true, new: 3 },
  failure: null,
};
const saved: Saved[] = [
  { id: '0193a0f0-0000-7000-8000-000000000001', name: '見積の持ち出し・営業', q: '見積 種類:file.copy 以降:7d', columns: [], shared: true, own: true, owner: '佐伯 直樹', changed_at: before(90 * hour), schedule: morning },
  { id: '0193a0f0-0000-7000-8000-000000000002', name: '共有フォルダーの名前変更', q: '種類:file.rename 以降:7d', columns: [], shared: true, own: false, owner: '岡田 監査', changed_at: before(200 * hour), schedule: null },
];
const exports: (Export & { begun: number })[] = [];
let last = 10;
const nextId = (): string => {
  last += 1;
  return `0193a0f0-0000-7000-8000-0000000000${String(last)}`;
};

function counts(rows: EventView[], value: (row: EventView) => string | null | undefined, top: number): { values: { value: string; count: number }[]; others: number; without: number } {
  const all = new Map<string, number>();
  let without = 0;
  for (const row of rows) {
    const one = value(row);
    if (one) all.set(one, (all.get(one) ?? 0) + 1);
    else without += 1;
  }
  const values = [...all].sort(([, a], [, b]) => b - a).map(([name, count]) => ({ value: name, count }));
  return { values: values.slice(0, top), others: values.slice(top).reduce((sum, one) => sum + one.count, 0), without };
}

const facetOf: Record<string, (row: EventView) => string | null | undefined> = {
  level: (row) => row.level,
  kind: (row) => row.kind,
  account: (row) => row.user,
  endpoint: (row) => row.hostname,
  image: (row) => row.image,
  rule: (row) => row.rule,
};

const steps = [60, 300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 7 * 86_400];

function histogram(url: URL): Response {
  const rows = found(url);
  const times = rows.map((row) => Date.parse(row.occurred_at));
  const until = now();
  const since = times.length === 0 ? until - 86_400_000 : times.reduce((least, time) => Math.min(least, time), until);
  const wanted = Number(url.searchParams.get('buckets') ?? 60);
  const step = (steps.find((one) => (until - since) / 1000 / one <= wanted) ?? 28 * 86_400) * 1000;
  const offset = 9 * hour;
  const first = Math.floor((since + offset) / step) * step - offset;
  const buckets: HistogramView['buckets'] = [];
  for (let at = first; at < until; at += step) buckets.push({ from: timeOf(at), recorded: 0, alarm: 0, prohibited: 0 });
  rows.forEach((row, index) => {
    const bucket = buckets[Math.floor(((times[index] ?? 0) - first) / step)];
    if (bucket) bucket[row.level] += 1;
  });
  return HttpResponse.json({ since: timeOf(since), until: timeOf(until), step_s: step / 1000, buckets, covered: { exact: true } });
}

const offered: [string, string, string][] = [
  ['ユーザー:', 'user:', 'user'],
  ['端末:', 'endpoint:', 'endpoint'],
  ['種類:', 'kind:', 'kind'],
  ['レベル:', 'level:', 'level'],
  ['ファイル:', 'file:', 'file'],
  ['プログラム:', 'exe:', 'exe'],
  ['以降:', 'since:', 'since'],
  ['大きさ:', 'bytes:', 'bytes'],
];
const levels: [string, string, string][] = [
  ['記録', 'recorded', 'recorded'],
  ['警告', 'alarm', 'alarm'],
  ['禁止', 'prohibited', 'prohibited'],
];

function completion(url: URL): CompletionView {
  const letters = Array.from(url.searchParams.get('q') ?? '').slice(0, Number(url.searchParams.get('caret') ?? 0));
  const word = letters.join('').split(/\s/u).at(-1) ?? '';
  const japanese = url.searchParams.get('language') === 'ja';
  const level = /^(?:レベル|重さ|level)[:：](.*)$/u.exec(word);
  const begun = level?.[1] ?? word;
  const fit = (level ? levels : offered).filter((one) => one.some((name) => name.startsWith(begun)));
  return {
    from: letters.length - Array.from(begun).length,
    to: letters.length,
    field: level ? 'level' : null,
    offers: fit.map(([ja, en, code]) => ({ text: japanese ? ja : en, sort: level ? 'value' : 'field', code })),
  };
}

function grown(one: Export & { begun: number }): Export {
  const { begun, ...view } = one;
  if (view.state !== 'running') return view;
  const total = view.total ?? 0;
  const written = Math.min(total, Math.floor(((Date.now() - begun) / 3000) * total));
  const over = written >= total;
  return Object.assign(one, { written, ...(over ? { state: 'done', bytes: total * 214, finished_at: timeOf(now()) } : {}) });
}

const refused = (caught: unknown): Response => {
  if (caught instanceof Misread) return problem(422, 'invalid', caught.message, [caught.error]);
  throw caught;
};
const answered = (answer: () => Response): Response => {
  try {
    return answer();
  } catch (caught) {
    return refused(caught);
  }
};
const ownCase = (): Response =>
  HttpResponse.json({ required: true, longest_h: 24, case: purpose === null ? null : { id: '0193a0f0-0000-7000-8000-00000000000a', purpose, opened_at: before(2 * hour), expires_at: endsAt } });

export const handlers = [
  http.get('/api/v1/events/case', ownCase),
  http.post('/api/v1/events/case', async ({ request }) => {
    const body = (await request.json()) as { purpose: string; hours?: number };
    purpose = body.purpose;
    endsAt = timeOf(now() + (body.hours ?? 8) * hour);
    return ownCase();
  }),
  http.delete('/api/v1/events/case', () => {
    purpose = null;
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('/api/v1/events/histogram', ({ request }) => answered(() => histogram(new URL(request.url)))),
  http.get('/api/v1/events/facets', ({ request }) =>
    answered(() => {
      const url = new URL(request.url);
      const rows = found(url);
      const top = Number(url.searchParams.get('top') ?? 8);
      const fields = (url.searchParams.get('fields') ?? '').split(',').filter((field) => field in facetOf);
      const facets = fields.map((field) => ({ field, ...counts(rows, facetOf[field] ?? (() => null), top) }));
      return HttpResponse.json({ facets, covered: { exact: true } });
    }),
  ),
  http.get('/api/v1/events/completion', ({ request }) => HttpResponse.json(completion(new URL(request.url)))),
  http.get('/api/v1/log-search/saved', () =>
    HttpResponse.json({ items: saved, next_cursor: null, count: { value: saved.length, exact: true } }),
  ),
  http.post('/api/v1/log-search/saved', async ({ request }) => {
    const body = (await request.json()) as { name: string; q: string; shared?: boolean };
    if (saved.some((one) => one.own && one.name === body.name)) return problem(409, 'conflict', 'その名前はあります。');
    const one: Saved = { id: nextId(), columns: [], own: true, owner: '佐伯 直樹', changed_at: timeOf(now()), ...body, shared: body.shared ?? false, schedule: null };
    saved.unshift(one);
    return HttpResponse.json(one, { status: 201 });
  }),
  http.put('/api/v1/log-search/saved/:id', async ({ request, params }) => {
    const body = (await request.json()) as { name: string; q: string; shared?: boolean };
    const one = saved.find((each) => each.id === params['id']);
    if (!one) return problem(404, 'not_found', 'その検索はありません。');
    return HttpResponse.json(Object.assign(one, { ...body, shared: body.shared ?? false, changed_at: timeOf(now()) }));
  }),
  http.put('/api/v1/log-search/saved/:id/schedule', async ({ request, params }) => {
    const body = (await request.json()) as { days?: Day[]; at: string; recipients: string[]; even_if_none?: boolean };
    const one = saved.find((each) => each.id === params['id']);
    if (!one) return problem(404, 'not_found', 'その検索はありません。');
    const bad = body.recipients.findIndex((to) => !to.includes('@'));
    if (bad >= 0) {
      return problem(422, 'invalid', '宛先が正しくありません。', [{ pointer: `/recipients/${String(bad)}`, code: 'bad_address', message: '' }]);
    }
    one.schedule = { days: body.days ?? [], at: body.at, recipients: body.recipients, even_if_none: body.even_if_none ?? false, next_at: timeOf(now() + 16 * hour), last: null, failure: null };
    return HttpResponse.json(one.schedule);
  }),
  http.delete('/api/v1/log-search/saved/:id/schedule', ({ params }) => {
    const one = saved.find((each) => each.id === params['id']);
    if (one) one.schedule = null;
    return new HttpResponse(null, { status: 204 });
  }),
  http.delete('/api/v1/log-search/saved/:id', ({ params }) => {
    saved.splice(saved.findIndex((one) => one.id === params['id']), 1);
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('/api/v1/log-search/exports', () =>
    HttpResponse.json({ items: exports.map(grown), next_cursor: null, count: { value: exports.length, exact: true } }),
  ),
  http.post('/api/v1/log-search/exports', async ({ request }) => {
    const body = (await request.json()) as { q: string; format: string };
    const url = new URL(request.url);
    url.searchParams.set('q', body.q);
    const one = { id: nextId(), q: body.q, format: body.format, state: 'running', total: found(url).length, written: 0, created_at: timeOf(now()), begun: Date.now() };
    exports.unshift(one);
    return HttpResponse.json(grown(one), { status: 202 });
  }),
  http.post('/api/v1/log-search/exports/:id/cancel', ({ params }) => {
    const one = exports.find((each) => each.id === params['id']);
    if (one?.state === 'running') one.state = 'cancelled';
    return new HttpResponse(null, { status: 204 });
  }),
];
