import { HttpResponse, http } from 'msw';
import type { Erasure, Hold, NewErasure, NewHold } from '@shell/api/schema';
import { notFound, problem } from '@shell/mock/answers';
import { before, day, hour, minute, mockNow, timeOf } from '@shell/mock/day';
import { departments, staff } from '@shell/mock/office';
import { idOf } from '@shell/mock/random';
import { preview, unseen } from './mock-retention';

const self = '佐伯 直樹';
const trading = departments.find((one) => one.name === '営業二課')?.id ?? null;

function held(number: number, ago: number, hold: Pick<Hold, 'name' | 'reason' | 'scope'> & Partial<Hold>): Hold {
  const person_name = staff.find((one) => one.id === hold.scope.person)?.name ?? null;
  return { id: idOf(25, number), person_name, created_at: before(ago), created_by: self, ended_at: null, ended_by: null, end_reason: null, ...hold };
}

const holds: Hold[] = [
  held(1, 12 * day, { name: '見積書の持ち出しの調査', reason: '法務部の依頼 2026-11-05。顧問弁護士が記録を確かめ終わるまで。', scope: { group: trading, kinds: ['file.*', 'web.upload'], since: before(60 * day) } }),
  held(2, 33 * day, { name: '退職者の端末', reason: '貸与品の返却が終わるまで。', scope: { person: staff[17]?.id ?? null, q: 'ファイル:*.dwg' } }),
  held(3, 120 * day, {
    name: '監査法人の照会',
    reason: '8月の期中監査で求められた。',
    scope: { kinds: ['session.*'], since: before(190 * day), until: before(120 * day) },
    ended_at: before(20 * day),
    ended_by: self,
    end_reason: '監査の報告が出た。',
  }),
];

function ordered(number: number, ago: number, at: number, erasure: Pick<Erasure, 'state' | 'reason' | 'asked_by'> & Partial<Erasure>): Erasure {
  const person = staff[at];
  return {
    id: idOf(26, number),
    person: person?.id ?? '',
    person_name: person?.name ?? '',
    preview: { rows: 41_802, held: 316, dropped: 0, rewritten: 96, bytes: 210_404_120, oldest: before(364 * day), newest: before(day) },
    asked_at: before(ago),
    done: 0,
    total: 0,
    ...erasure,
  };
}

const erasures: Erasure[] = [
  ordered(1, 2 * hour, 40, { state: 'waiting', reason: '本人から消去の求めがあった（受付 2026-041）。', asked_by: '岡田 真理' }),
  ordered(2, 26 * day, 63, {
    state: 'done',
    reason: '退職から1年がたった。',
    asked_by: self,
    approved_by: '岡田 真理',
    approved_at: before(26 * day - hour),
    ended_at: before(26 * day - hour - 4 * minute),
    result: { rows: 12_077, held: 0, dropped: 0, rewritten: 61, bytes: 120_412_008 },
  }),
];

/** Each look at the list finds an erasure under way a fifth further. */
function goOn(erasure: Erasure): void {
  const total = 2_400_000;
  if (erasure.state === 'queued') Object.assign(erasure, { state: 'running', total });
  else if (erasure.state === 'running') {
    erasure.done += total / 5;
    if (erasure.done >= total) {
      const { rows = 0, held: kept = 0, dropped = 0, rewritten = 0, bytes = 0 } = erasure.preview ?? {};
      Object.assign(erasure, { state: 'done', ended_at: timeOf(mockNow), result: { rows, held: kept, dropped, rewritten, bytes } });
    }
  }
}

const found = (id: unknown): Erasure | undefined => erasures.find((one) => one.id === id);

export const handlers = [
  http.get('/api/v1/events/holds', () => HttpResponse.json({ items: [...holds].sort((a, b) => Number(Boolean(a.ended_at)) - Number(Boolean(b.ended_at))) })),
  http.post('/api/v1/events/holds', async ({ request }) => {
    const body = (await request.json()) as NewHold;
    const { since, until } = body.scope;
    if (since && until && since >= until) {
      return problem(422, 'invalid', 'the end lies before the beginning', [{ pointer: '/scope/until', code: 'out_of_range' }]);
    }
    const hold = held(holds.length + 1, 0, body);
    holds.unshift(hold);
    return HttpResponse.json({ hold, events: 61_240 }, { status: 201 });
  }),
  http.post('/api/v1/events/holds/:id/end', async ({ params, request }) => {
    const hold = holds.find((one) => one.id === params['id']);
    if (!hold) return notFound();
    const { reason } = (await request.json()) as { reason: string };
    Object.assign(hold, { ended_at: timeOf(mockNow), ended_by: self, end_reason: reason });
    return HttpResponse.json(hold);
  }),
  http.get('/api/v1/events/erasures', () => {
    erasures.forEach(goOn);
    return HttpResponse.json({ items: erasures });
  }),
  http.post('/api/v1/events/erasures/preview', async ({ request }) => {
    const { person } = (await request.json()) as { person: string };
    const seen = preview(`erasure of ${person}`, 1, timeOf(mockNow));
    return HttpResponse.json({ ...seen, rows: 38_114, rewritten: 88, dropped: 0, bytes: 198_220_410, oldest: before(351 * day), newest: before(day) });
  }),
  http.post('/api/v1/events/erasures', async ({ request }) => {
    const { person, reason, preview: id } = (await request.json()) as NewErasure;
    const refused = unseen(id, `erasure of ${person}`);
    if (refused) return refused;
    const at = staff.findIndex((one) => one.id === person);
    const erasure = ordered(erasures.length + 1, 0, at, { state: 'waiting', reason, asked_by: self });
    erasures.unshift(erasure);
    return HttpResponse.json(erasure, { status: 202 });
  }),
  http.post('/api/v1/events/erasures/:id/approve', ({ params }) => {
    const erasure = found(params['id']);
    if (!erasure) return notFound();
    if (erasure.asked_by === self) return problem(409, 'conflict', 'somebody else than who ordered it must approve it');
    Object.assign(erasure, { state: 'queued', approved_by: self, approved_at: timeOf(mockNow) });
    return HttpResponse.json(erasure);
  }),
  http.post('/api/v1/events/erasures/:id/cancel', ({ params }) => {
    const erasure = found(params['id']);
    if (!erasure) return notFound();
    Object.assign(erasure, { state: 'cancelled', ended_at: timeOf(mockNow) });
    return HttpResponse.json(erasure);
  }),
];
