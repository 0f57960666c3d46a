import { HttpResponse, http } from 'msw';
import type { RemovalPreview, Retention, RetentionRule, RetentionVersion } from '@shell/api/schema';
import { problem } from '@shell/mock/answers';
import { before, day, hour, minute, mockNow, timeOf } from '@shell/mock/day';
import { departments } from '@shell/mock/office';
import { idOf } from '@shell/mock/random';

const accounting = departments.find((one) => one.name === '経理部')?.id ?? null;

const inForce: RetentionVersion = {
  version: 3,
  rules: [
    { kind: null, group: null, days: 365 },
    { kind: 'web.*', group: null, days: 90 },
    { kind: 'process.*', group: null, days: 180 },
    { kind: 'session.logon', group: null, days: 1095 },
    { kind: null, group: accounting, days: null },
  ],
  created_at: before(41 * day),
  created_by: '佐伯 直樹',
  takes_effect_at: before(40 * day),
};

const retention: Retention = {
  in_force: inForce,
  waiting: null,
  // Two o'clock at night in Tokyo.
  next_run_at: timeOf(Date.parse('2026-11-18T02:00:00+09:00')),
  last_run: {
    started_at: timeOf(Date.parse('2026-11-17T02:00:00+09:00')),
    ended_at: timeOf(Date.parse('2026-11-17T02:00:00+09:00') + 2 * minute),
    state: 'done',
    version: 3,
    result: { rows: 58_412, held: 1206, dropped: 3, rewritten: 4, bytes: 5_914_220 },
  },
  progress: null,
  etag: '"3"',
};

/** What somebody has seen, by the number of the preview. */
const seen = new Map<string, string>();
/** As many as the server would find of a day's events. */
const perDay = 61_240;

const kept = (rules: readonly RetentionRule[], about: RetentionRule): number => {
  const own = rules.find((rule) => rule.kind === about.kind && rule.group === about.group);
  const usual = rules.find((rule) => rule.kind === null && rule.group === null);
  return (own ?? usual)?.days ?? Infinity;
};

/** The days by which events go earlier than they do now, over all that either speaks of. */
function shorter(rules: readonly RetentionRule[]): number {
  const lost = [...inForce.rules, ...rules].map((about) => {
    const [was, is] = [kept(retention.in_force?.rules ?? [], about), kept(rules, about)];
    return is < was ? Math.min(was, 400) - Math.min(is, 400) : 0;
  });
  return Math.max(0, ...lost);
}

export function preview(subject: string, days: number, takesEffect: string): RemovalPreview {
  const id = idOf(24, seen.size + 1);
  seen.set(id, subject);
  const span = days === 0 ? {} : { oldest: before(400 * day), newest: before(Math.max(1, 400 - days) * day) };
  return {
    id,
    rows: days * perDay,
    held: days === 0 ? 0 : 1206,
    dropped: days,
    rewritten: days === 0 ? 0 : 2,
    bytes: days * 3_412_880,
    ...span,
    takes_effect_at: takesEffect,
    made_at: timeOf(mockNow),
  };
}

/** Refuses what nobody has looked at. */
export function unseen(id: string, subject: string): Response | null {
  if (seen.get(id) === subject) return null;
  return problem(409, 'conflict', 'look at the preview of exactly this first; one is good for an hour');
}

const effect = (rules: readonly RetentionRule[]): string => timeOf(mockNow + (shorter(rules) > 0 ? day : 0));

export const handlers = [
  http.get('/api/v1/events/retention', () => HttpResponse.json(retention)),
  http.post('/api/v1/events/retention/preview', async ({ request }) => {
    const { rules } = (await request.json()) as { rules: RetentionRule[] };
    return HttpResponse.json(preview(JSON.stringify(rules), shorter(rules), effect(rules)));
  }),
  http.put('/api/v1/events/retention', async ({ request }) => {
    const { rules, preview: id } = (await request.json()) as { rules: RetentionRule[]; preview: string };
    const refused = unseen(id, JSON.stringify(rules));
    if (refused) return refused;
    if (request.headers.get('if-match') !== retention.etag) return problem(409, 'conflict', 'ほかの人が先に変えました。');
    const version = Number(retention.etag.replaceAll('"', '')) + 1;
    const decided = { version, rules, created_at: timeOf(mockNow), created_by: '佐伯 直樹', takes_effect_at: effect(rules) };
    retention.etag = `"${String(version)}"`;
    if (shorter(rules) > 0) {
      retention.waiting = decided;
      retention.next_run_at = timeOf(Date.parse('2026-11-19T02:00:00+09:00'));
    } else {
      retention.waiting = null;
      retention.in_force = decided;
    }
    return HttpResponse.json(retention);
  }),
  http.delete('/api/v1/events/retention/waiting', () => {
    if (!retention.waiting) return problem(409, 'conflict', 'no change of the rules waits');
    retention.waiting = null;
    retention.next_run_at = timeOf(mockNow + 17 * hour + 18 * minute);
    return HttpResponse.json(retention);
  }),
];
