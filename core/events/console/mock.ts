import { HttpResponse, delay, http } from 'msw';
import type { EventView } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { now } from '@shell/time';
import { checkAsked, isAsked, Misread } from './mock-asked';
import { handlers as evidence } from './mock-evidence';
import { handlers as holds } from './mock-holds';
import { handlers as retention } from './mock-retention';
import { eventsUntil } from './mock-week';

function fits(kind: string, wanted: string): boolean {
  return wanted.split(',').some((one) => (one.endsWith('.*') ? kind.startsWith(one.slice(0, -1)) : kind === one));
}

function mentions(row: EventView, text: string): boolean {
  const needle = text.normalize('NFKC').toLowerCase();
  return [row.subject, row.target, row.command_line, row.image, row.user, row.hostname, row.rule].some((field) =>
    field?.normalize('NFKC').toLowerCase().includes(needle),
  );
}

const filters = ['since', 'until', 'kind', 'level', 'endpoint', 'user', 'image', 'process_guid', 'hash', 'text'];
/** A page asks the same of the list, the histogram and the facets. */
let lately = { key: '', rows: [] as EventView[] };

/** The rows that a query asks for, newest first. */
export function found(url: URL): EventView[] {
  const question = url.searchParams.get('q') ?? '';
  checkAsked(question);
  const newest = eventsUntil(now())[0]?.id ?? '';
  const key = JSON.stringify([newest, question, ...filters.map((name) => url.searchParams.get(name))]);
  if (lately.key !== key) {
    const rows = search(url);
    lately = { key, rows: question === '' ? rows : rows.filter((row) => isAsked(row, question)) };
  }
  return lately.rows;
}

/** The conditions of the request, each read once and not once for every row. */
function search(url: URL): EventView[] {
  const wanted = (name: string): string => url.searchParams.get(name) ?? '';
  const since = wanted('since') === '' ? -Infinity : Date.parse(wanted('since'));
  const until = wanted('until') === '' ? Infinity : Date.parse(wanted('until'));
  const levels = wanted('level').split(',');
  const tests: [string, (row: EventView, value: string) => boolean][] = [
    ['since', (row) => Date.parse(row.occurred_at) >= since],
    ['until', (row) => Date.parse(row.occurred_at) < until],
    ['kind', (row, value) => fits(row.kind, value)],
    ['level', (row) => levels.includes(row.level)],
    ['endpoint', (row, value) => row.endpoint === value || row.hostname === value],
    ['user', (row, value) => (row.user ?? '').includes(value)],
    ['image', (row, value) => row.image === value],
    ['process_guid', (row, value) => row.process_guid === value],
    ['hash', (row, value) => row.hash_sha256 === value],
    ['text', (row, value) => mentions(row, value)],
  ];
  const asked = tests.map(([name, test]) => ({ value: wanted(name), test })).filter((one) => one.value !== '');
  return eventsUntil(now()).filter((row) => asked.every(({ value, test }) => test(row, value)));
}

export const handlers = [
  ...retention,
  ...evidence,
  ...holds,
  http.get('/api/v1/events', async ({ request }) => {
    const url = new URL(request.url);
    try {
      const page = pageOf(found(url), url);
      // Where now is, is the newest row.
      return url.searchParams.has('cursor') ? page : HttpResponse.json({ ...((await page.json()) as object), tail: eventsUntil(now())[0]?.id ?? '' });
    } catch (caught) {
      if (caught instanceof Misread) return problem(422, 'invalid', caught.message, [caught.error]);
      throw caught;
    }
  }),
  http.get('/api/v1/events/tail', async ({ request }) => {
    const url = new URL(request.url);
    const after = url.searchParams.get('after');
    // It waits for news, as the server does.
    await delay(2000);
    const rows = found(url);
    const known = rows.findIndex((row) => row.id === after);
    const items = rows.slice(0, Math.max(0, known)).reverse();
    return HttpResponse.json({ items, next: items.at(-1)?.id ?? after ?? '', more: false });
  }),
  http.get('/api/v1/events/:id', ({ params }) => {
    // What the log search answers under this path.
    if (['case', 'completion', 'facets', 'histogram', 'tail'].includes(String(params['id']))) return undefined;
    const row = eventsUntil(now()).find((one) => one.id === params['id']);
    return row ? HttpResponse.json(row) : notFound();
  }),
];
