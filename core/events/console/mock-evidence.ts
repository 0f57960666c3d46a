import { HttpResponse, http } from 'msw';
import type { Evidence, EvidenceDelivery, EvidenceHead, EvidenceSettings } from '@shell/api/schema';
import { problem } from '@shell/mock/answers';
import { before, day, minute, mockNow, timeOf } from '@shell/mock/day';

const hash = (number: number): string => Array.from({ length: 64 }, (_, at) => ((number * 7 + at * 11) % 16).toString(16)).join('');

const evidence: Evidence = {
  journal: true,
  settings: {
    hour: 6,
    destinations: [
      { kind: 'mail', to: 'kansa@minato.example' },
      { kind: 'syslog', transport: 'tls', host: 'siem.minato.example', port: 6514 },
      { kind: 'folder', path: '/mnt/worm/yagura' },
    ],
  },
  position: 48_213,
  hash: hash(48_213),
  key: 'iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w',
  next_at: timeOf(Date.parse('2026-11-18T06:00:00+09:00')),
  last_left_at: timeOf(Date.parse('2026-11-17T06:00:04+09:00')),
  stuck_since: null,
  heads: [],
  etag: '"2"',
};

function head(ago: number, position: number, asked_by: string | null, deliveries: Partial<EvidenceDelivery>[]): EvidenceHead {
  const written_at = ago === 0 ? timeOf(mockNow) : timeOf(Date.parse('2026-11-17T06:00:00+09:00') - (ago - 1) * day);
  const ended = timeOf(Date.parse(written_at) + 4000);
  return {
    position,
    hash: hash(position),
    written_at,
    asked_by,
    deliveries: evidence.settings.destinations.map((destination, at) => ({ destination, state: 'done', attempts: 1, ended_at: ended, next_at: null, error: null, ...deliveries[at] })),
  };
}

evidence.heads = [
  head(1, 48_020, null, [{}, {}, { state: 'queued', attempts: 5, ended_at: null, next_at: timeOf(mockNow + 16 * minute), error: 'failed to write /mnt/worm/yagura/journal-head-000000048020-20261116T210000000000Z.json: No such file or directory (os error 2)' }]),
  head(2, 47_702, null, []),
  head(3, 47_377, null, []),
  { ...head(4, 47_051, '佐伯 直樹', []), written_at: before(4 * day) },
];

export const handlers = [
  http.get('/api/v1/events/evidence', () => {
    // What was sent by hand arrives by the next look.
    for (const delivery of evidence.heads[0]?.deliveries ?? []) {
      if (delivery.state === 'queued' && delivery.error === null) Object.assign(delivery, { state: 'done', attempts: 1, ended_at: timeOf(mockNow), next_at: null });
    }
    return HttpResponse.json(evidence);
  }),
  http.put('/api/v1/events/evidence', async ({ request }) => {
    const settings = (await request.json()) as EvidenceSettings;
    const at = settings.destinations.findIndex((place) => place.kind === 'mail' && !place.to.includes('@'));
    if (at >= 0) return problem(422, 'invalid', 'no mail address', [{ pointer: `/destinations/${at}/to`, code: 'bad_address' }]);
    const bare = settings.destinations.findIndex((place) => place.kind === 's3' && !place.secret);
    if (bare >= 0) return problem(422, 'invalid', 'no key', [{ pointer: `/destinations/${bare}/secret`, code: 'required' }]);
    for (const place of settings.destinations) if (place.kind === 's3') delete place.secret;
    Object.assign(evidence, { settings, etag: '"3"', next_at: settings.destinations.length === 0 ? null : evidence.next_at });
    return HttpResponse.json(evidence);
  }),
  http.post('/api/v1/events/evidence/send', () => {
    const queued = { state: 'queued', attempts: 0, ended_at: null, next_at: timeOf(mockNow) };
    evidence.heads.unshift(head(0, evidence.position ?? 0, '佐伯 直樹', evidence.settings.destinations.map(() => queued)));
    return HttpResponse.json(evidence, { status: 202 });
  }),
];
