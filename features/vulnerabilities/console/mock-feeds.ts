import { HttpResponse, http } from 'msw';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import type { Feed, FeedBody, FeedImport } from './api';

const ids = new Map<string, number>();

function feed(name: string, format: string, url: string, licence: string, records: number, goodH: number | null, more: Partial<Feed> = {}): Feed {
  ids.set(name, ids.size + 1);
  return {
    id: idOf(94, ids.size),
    name,
    format,
    url,
    every_s: 24 * 3600,
    enabled: goodH !== null,
    licence,
    good_at: goodH === null ? null : before(goodH * hour),
    records,
    dated_at: goodH === null ? null : before((goodH + 5) * hour),
    failed_at: null,
    failure: '',
    skipped: 0,
    state: goodH === null ? 'never' : 'good',
    built_in: true,
    etag: '1',
    public_key: '',
    has_api_key: false,
    version: 1,
    ...more,
  };
}

export const feeds: Feed[] = [
  feed('Debian', 'debian_tracker', 'https://security-tracker.debian.org/tracker/data/json', '出典を示せば自由に使える', 48_211, 3),
  feed('Ubuntu 24.04', 'ubuntu_oval', 'https://security-metadata.canonical.com/oval/com.ubuntu.noble.usn.oval.xml.bz2', 'Canonicalの公開データ', 9_120, 4),
  feed('NVD', 'nvd', 'https://services.nvd.nist.gov/rest/json/cves/2.0', 'パブリックドメイン（NVDの名を示す）', 312_044, 2, { skipped: 12 }),
  feed('JVN iPedia', 'jvn_rss', 'https://jvndb.jvn.jp/ja/rss/jvndb.rdf', 'JVN iPediaの利用規約', 201_377, 6),
  feed('CISA KEV', 'kev', 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json', 'CC0 1.0', 1_402, 1),
  feed('EPSS', 'epss', 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz', 'FIRSTの名を示す', 298_455, 7),
  feed('MSRC', 'msrc_csaf', 'https://msrc.microsoft.com/csaf/provider-metadata.json', 'CC BY 4.0', 14_209, 11 * 24, { state: 'failing', failed_at: before(2 * hour), failure: '3,114件目の途中でファイルが終わっています。通信が途中で切れたようです。もう一度取りに行くか、ファイルを取り込んでください。' }),
  feed('OSV: PyPI', 'osv', 'https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip', 'CC BY 4.0ほか', 0, null),
  feed('OSV: npm', 'osv', 'https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip', 'CC BY 4.0ほか', 0, null),
  feed('Red Hat 9', 'rhel_oval', 'https://security.access.redhat.com/data/oval/v2/RHEL9/rhel-9.oval.xml.bz2', 'CC BY 4.0', 0, null),
  feed('endoflife.date', 'end_of_life', 'https://endoflife.date/api/v1/products/full', 'MIT', 412, 30),
  feed('社内の一覧', 'yagura', '', '社内', 18, 20 * 24, { built_in: false, enabled: false }),
];

const imports: FeedImport[] = [
  { id: idOf(95, 1), feed: feeds[6]?.id ?? '', name: feeds[6]?.url ?? '', state: 'failed', read: 3114, changed: 0, skipped: 0, faults: [{ at: '3114', what: 'unexpected end of file' }], failure: feeds[6]?.failure ?? '', by: '', started_at: before(2 * hour), touched_at: before(2 * hour) },
  { id: idOf(95, 2), feed: feeds[0]?.id ?? '', name: feeds[0]?.url ?? '', state: 'done', read: 48_211, changed: 37, skipped: 0, faults: [], failure: '', by: '', started_at: before(3 * hour), touched_at: before(3 * hour) },
  { id: idOf(95, 3), feed: feeds[11]?.id ?? '', name: '社内の一覧.jsonl', state: 'done', read: 18, changed: 4, skipped: 0, faults: [], failure: '', by: '佐伯 直樹', started_at: before(20 * day), touched_at: before(20 * day) },
];
const lines = new Map<string, { good: number; cut: boolean }>();

/** Each look finds an import further on: half of the lines, then all of them, unless the file ends too soon. */
function advance(one: FeedImport): void {
  const of = lines.get(one.id);
  if (one.state !== 'running' || !of) return;
  one.read = Math.min(of.good, one.read + Math.max(1, Math.ceil(of.good / 2)));
  if (one.read < of.good) return;
  const target = feeds.find((each) => each.id === one.feed);
  if (of.cut) {
    const failure = `${String(of.good + 1)}件目の途中でファイルが終わっています。ファイル全体をもう一度用意してください。`;
    Object.assign(one, { state: 'failed', failure, faults: [{ at: String(of.good + 1), what: '途中で終わっている' }] });
    if (target) Object.assign(target, { state: 'failing', failure, failed_at: before(0) });
  } else {
    Object.assign(one, { state: 'done', changed: of.good });
    if (target) Object.assign(target, { state: 'good', failure: '', good_at: before(0), dated_at: before(0), records: of.good });
  }
}

export const handlers = [
  http.get('/api/v1/vulnerabilities/feeds', ({ request }) => pageOf(feeds, new URL(request.url))),
  http.post('/api/v1/vulnerabilities/feeds', async ({ request }) => {
    const body = (await request.json()) as Required<FeedBody>;
    const one = { ...feed(body.name, body.format, body.url, body.licence, 0, null), ...body, built_in: false };
    feeds.push(one);
    return HttpResponse.json(one as never, { status: 201 });
  }),
  http.get('/api/v1/vulnerabilities/feeds/:id', ({ params }) => {
    const one = feeds.find((each) => each.id === params['id']);
    return one ? HttpResponse.json(one as never) : notFound();
  }),
  http.put('/api/v1/vulnerabilities/feeds/:id', async ({ params, request }) => {
    const one = feeds.find((each) => each.id === params['id']);
    if (!one) return notFound();
    if (request.headers.get('if-match') !== `"${String(one.version)}"`) return problem(409, 'conflict', 'ほかの人が先に変えました。');
    Object.assign(one, await request.json(), { version: one.version + 1 });
    return HttpResponse.json(one as never);
  }),
  http.delete('/api/v1/vulnerabilities/feeds/:id', ({ params }) => {
    const at = feeds.findIndex((each) => each.id === params['id'] && !each.built_in);
    if (at < 0) return notFound();
    feeds.splice(at, 1);
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/vulnerabilities/feeds/:id/fetch', ({ params }) => {
    const one = feeds.find((each) => each.id === params['id']);
    if (!one) return notFound();
    Object.assign(one, { state: 'good', failure: '', failed_at: null, good_at: before(0) });
    return HttpResponse.json({ import_id: imports[0]?.id ?? '' } as never, { status: 202 });
  }),
  http.post('/api/v1/vulnerabilities/feeds/:id/import', async ({ params, request }) => {
    const target = feeds.find((each) => each.id === params['id']);
    if (!target) return notFound();
    const text = await request.text();
    const wanted = new URL(request.url).searchParams.get('sha256');
    if (wanted) {
      const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
      const hash = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      if (hash !== wanted) return problem(422, 'invalid', `ファイルのSHA-256は ${hash} で、書かれたものと違います。`, [{ pointer: '/sha256', code: 'mismatch' }]);
    }
    const records = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    const cut = records.some((line) => line.startsWith('{') && !line.trimEnd().endsWith('}'));
    const one: FeedImport = { id: idOf(95, 100 + imports.length), feed: target.id, name: new URL(request.url).searchParams.get('name') ?? '', state: 'running', read: 0, changed: 0, skipped: 0, faults: [], failure: '', by: '佐伯 直樹', started_at: before(0), touched_at: before(0) };
    lines.set(one.id, { good: records.length - (cut ? 1 : 0), cut });
    imports.unshift(one);
    return HttpResponse.json({ import_id: one.id }, { status: 202 });
  }),
  http.get('/api/v1/vulnerabilities/imports', ({ request }) => {
    const answer = pageOf(imports.map((one) => ({ ...one })), new URL(request.url));
    imports.forEach(advance);
    return answer;
  }),
  http.post('/api/v1/vulnerabilities/imports/:id/cancel', ({ params }) => {
    const one = imports.find((each) => each.id === params['id']);
    if (!one) return notFound();
    if (one.state === 'running') one.state = 'cancelled';
    return HttpResponse.json(one as never);
  }),
];
