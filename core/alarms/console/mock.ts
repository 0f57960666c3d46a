import { HttpResponse, delay, http } from 'msw';
import type { AlarmChange, AlarmView, Severity } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, minute, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { fleet } from '../../endpoints/console/mock-fleet';
import { byRule } from '../../events/console/mock-week';
import { handlers as routes } from './routes/mock-routes';

function raised(
  number: number,
  kind: string,
  severity: Severity,
  machine: number | null,
  ago: number,
  detail: AlarmView['detail'],
  more: Partial<AlarmView> = {},
): AlarmView {
  const endpoint = machine === null ? undefined : fleet[machine];
  return {
    id: idOf(16, number),
    kind,
    title: { ja: kind, en: kind },
    severity,
    ...(endpoint ? { endpoint: { id: endpoint.id, hostname: endpoint.hostname } } : {}),
    state: 'open',
    detail,
    times: 1,
    raised_at: before(ago),
    last_at: before(ago),
    ended_by_itself: false,
    comment: '',
    etag: '1',
    ...more,
  };
}

const silent = fleet.flatMap((endpoint, at) => (endpoint.state === 'silent' ? [at] : []));
const saeki = { id: idOf(4, 1), name: '佐伯 直樹' };

/** Newest first. */
export const alarms: AlarmView[] = [
  raised(
    5,
    'rule.alarm',
    'medium',
    byRule.machine,
    40 * minute,
    {
      rule: byRule.rule,
      rule_name: byRule.name,
      class: 'removable_write',
      user: fleet[byRule.machine]?.primary_user?.name ?? null,
      event: byRule.event,
      kind: 'file.copy',
      subject: byRule.target,
      image: byRule.image,
      occurred_at: before(byRule.ago),
    },
    { times: 3, last_at: before(byRule.ago) },
  ),
  raised(6, 'volume.deletions', 'low', 21, 3 * hour, {
    class: 'unusual_volume',
    user: fleet[21]?.primary_user?.name ?? null,
    measure: 'deletions',
    day: '2026-11-17',
    amount: 412,
    usual: 6,
    unusual_from: 200,
    past_days: 28,
    occurred_at: before(3 * hour),
    q: `endpoint:${fleet[21]?.hostname ?? ''} kind:file.delete,folder.delete`,
  }),
  raised(7, 'sensor.failed', 'medium', 33, 4 * hour, { class: 'sensor', subject: 'file', sensor: 'file', reason: 'fanotify: no right' }),
  raised(
    8,
    'asset.memory',
    'medium',
    21,
    9 * hour,
    { class: 'asset', subject: fleet[21]?.hostname ?? '', asset: fleet[21]?.id ?? '', machine: fleet[21]?.hostname ?? '', part: 'memory', before: '16384 MiB', after: '8192 MiB' },
    { title: { ja: `メモリの容量が変わりました: ${fleet[21]?.hostname ?? ''}`, en: `The amount of memory has changed: ${fleet[21]?.hostname ?? ''}` } },
  ),
  raised(
    9,
    'vulnerability.exploited',
    'critical',
    null,
    10 * hour,
    { class: 'vulnerability', subject: 'CVE-2026-90001', weakness: 'CVE-2026-90001', machines: 2460 },
    { title: { ja: '悪用が確認された弱点が残っています: CVE-2026-90001 PDF閲覧ソフトで、開いただけで任意のコードが実行される', en: 'A weakness that is known to be exploited is open: CVE-2026-90001 A PDF reader runs code from a file' } },
  ),
  raised(
    20,
    'vulnerability.feed_stale',
    'medium',
    null,
    2 * day,
    { class: 'vulnerability', subject: 'MSRC', feed: idOf(94, 7), good_at: before(11 * day), failure: '3,114件目の途中でファイルが終わっています。' },
    { state: 'handling', handler: saeki, title: { ja: '情報源が古くなっています: MSRC', en: 'What is known of weaknesses grows old: MSRC' } },
  ),
  raised(1, 'events.lost', 'medium', 17, 5 * hour, { count: 318, reason: 'the kernel queue overflowed', lane: 'operation' }),
  raised(2, 'endpoint.clone', 'high', fleet.findIndex((endpoint) => endpoint.clone_suspected), 21 * hour, {}),
  raised(3, 'endpoint.clock', 'low', 44, day + 2 * hour, { skew_ms: -412_000 }, { state: 'handling', handler: saeki, comment: '時刻合わせの設定を確認中。', etag: '2' }),
  ...silent.map((machine, at) =>
    raised(10 + at, 'endpoint.silent', 'medium', machine, (at + 2) * day, { last_seen: fleet[machine]?.last_seen ?? null, after_days: 3 }),
  ),
  raised(4, 'storage.low', 'high', null, 12 * day, { free_bytes: 912_680_550 }, { state: 'handled', handler: saeki, handled_at: before(12 * day - 40 * minute), ended_at: before(12 * day - 50 * minute), comment: '古い控えを移しました。', etag: '3' }),
];

export const handlers = [
  ...routes,
  http.get('/api/v1/alarms', ({ request }) => {
    const url = new URL(request.url);
    const wanted = (name: 'state' | 'severity' | 'kind'): string[] => (url.searchParams.get(name) ?? '').split(',').filter(Boolean);
    const ofClass = url.searchParams.get('class');
    const since = Date.parse(url.searchParams.get('handled_since') ?? '');
    const [from, until] = [url.searchParams.get('since') ?? '', url.searchParams.get('until') ?? '9999'];
    const fits = (alarm: AlarmView): boolean =>
      alarm.raised_at >= from &&
      alarm.raised_at < until &&
      (ofClass === null || alarm.detail['class'] === ofClass) &&
      (Number.isNaN(since) || Date.parse(alarm.handled_at ?? '') >= since) &&
      (['state', 'severity', 'kind'] as const).every((name) => wanted(name).length === 0 || wanted(name).includes(alarm[name]));
    return pageOf(alarms.filter(fits), url);
  }),
  http.get('/api/v1/alarms/news', async ({ request }) => {
    const after = new URL(request.url).searchParams.get('after');
    if (after !== null) await delay(25_000);
    return HttpResponse.json({ mark: '1' });
  }),
  http.get('/api/v1/alarms/:id', ({ params }) => {
    const alarm = alarms.find((one) => one.id === params['id']);
    return alarm ? HttpResponse.json(alarm as never) : notFound();
  }),
  http.patch('/api/v1/alarms/:id', async ({ params, request }) => {
    const alarm = alarms.find((one) => one.id === params['id']);
    if (!alarm) return notFound();
    if (request.headers.get('if-match') !== alarm.etag) return problem(409, 'conflict', 'ほかの人が先に変えました。');
    const { state, comment } = (await request.json()) as AlarmChange;
    alarm.comment = comment ?? alarm.comment;
    if (state) {
      alarm.state = state;
      if (state === 'open') delete alarm.handler;
      else alarm.handler = saeki;
      if (state === 'handled') alarm.handled_at = timeOf(now());
      else delete alarm.handled_at;
    }
    alarm.etag = String(Number(alarm.etag) + 1);
    return HttpResponse.json(alarm as never);
  }),
];
