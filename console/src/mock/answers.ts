import { HttpResponse, http, type HttpHandler } from 'msw';
import type { Page, Problem, Versioned } from '../api/schema';

/** What is null may as well be left out: the server does both, and the console must not mind. */
function written<T>(item: T): T {
  if (typeof item !== 'object' || item === null) return item;
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null)) as T;
}

/** One page of a list, cut as the server cuts it. The cursor is the place to go on from. */
export function pageOf<T>(items: readonly T[], url: URL): Response {
  const limit = Math.min(1000, Math.max(1, Number(url.searchParams.get('limit') ?? 100)));
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const page: Page<T> = {
    items: items.slice(from, from + limit).map(written),
    next_cursor: from + limit < items.length ? String(from + limit) : null,
    count: { value: items.length, exact: true },
  };
  return HttpResponse.json(page as never);
}

export function problem(status: number, code: Problem['code'], detail: string, errors: Problem['errors'] = []): Response {
  const body: Problem = { type: 'about:blank', title: code, status, code, detail, errors };
  return HttpResponse.json(body as never, {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}

export const notFound = (): Response => problem(404, 'not_found', 'そのようなものはありません。');

/** Sorts by the field named in `?sort=`, downwards with a leading minus. */
export function sorted<T>(items: readonly T[], by: string | null, valueOf: (item: T, field: string) => string): T[] {
  if (!by) return [...items];
  const down = by.startsWith('-');
  const field = by.replace(/^-/, '');
  return [...items].sort((a, b) => valueOf(a, field).localeCompare(valueOf(b, field), 'ja') * (down ? -1 : 1));
}

/** Settings that everybody shares, under a path: read with their version, and replaced by whoever has seen it. */
export function settingsAt<T>(path: string, now: () => T, set: (next: T) => void): HttpHandler[] {
  let version = 1;
  const answer = (): Response => HttpResponse.json({ value: now(), etag: `"${String(version)}"` } satisfies Versioned<T> as never);
  return [
    http.get(path, answer),
    http.put(path, async ({ request }) => {
      if (request.headers.get('if-match') !== `"${String(version)}"`) return problem(409, 'conflict', 'ほかの人が先に変えました。');
      set((await request.json()) as T);
      version += 1;
      return answer();
    }),
  ];
}
