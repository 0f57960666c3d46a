import { HttpResponse, delay, getResponse, http, type RequestHandler } from 'msw';
import type { Page } from '../api/schema';
import { problem } from './answers';

/** What a page looks like on its worse days: nothing there yet, a server that fails, one that does not answer, none at all. */
export const states = ['empty', 'failing', 'waiting', 'away'] as const;
export type State = (typeof states)[number];

/** The name in the tab's own storage under which the mock is told of such a day. */
export const stateKey = 'yagura.mock';

/** Who is signed in is always answered: what is to be seen is the pages, not the door. */
const door = /^\/api\/v1\/session(\/|$)/;

function isList(body: unknown): body is Page<unknown> {
  return typeof body === 'object' && body !== null && Array.isArray((body as Partial<Page<unknown>>).items);
}

async function emptied(request: Request, office: RequestHandler): Promise<Response | undefined> {
  const answer = await getResponse([office], request);
  if (answer?.headers.get('content-type')?.includes('json') !== true) return answer;
  const body: unknown = await answer.clone().json();
  if (!isList(body)) return answer;
  const none: Page<unknown> = { items: [], next_cursor: null, count: { value: 0, exact: true } };
  return HttpResponse.json({ ...body, ...none } as never);
}

/** Answers every reading request as that day would, in place of the office's own handler. */
export function inState(state: State, office: RequestHandler): RequestHandler {
  return http.get('/api/v1/*', async ({ request }) => {
    if (door.test(new URL(request.url).pathname)) return undefined;
    switch (state) {
      case 'empty':
        return emptied(request, office);
      case 'failing':
        return problem(503, 'unavailable', 'the database does not answer');
      case 'waiting':
        await delay('infinite');
        return undefined;
      case 'away':
        return HttpResponse.error();
    }
  });
}
