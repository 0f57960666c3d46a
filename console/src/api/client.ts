import createClient, { type Middleware } from 'openapi-fetch';
import type { Problem, paths } from './schema';

/** An answer that is not a success, with the server's reason. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${String(problem.status)} ${problem.code}: ${problem.detail}`);
    this.name = 'ApiError';
    this.problem = problem;
  }

  /** The codes given for one field, for a message beside it. */
  codesAt(pointer: string): string[] {
    return this.problem.errors.filter((error) => error.pointer === pointer).map((error) => error.code);
  }
}

function unreachable(detail: string, status: number): Problem {
  return { type: 'about:blank', title: 'unavailable', status, code: 'unavailable', detail, errors: [] };
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value;
}

let onSignedOut: () => void = () => undefined;

/** Called when any request is answered with 401, except those that ask who is signed in. */
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

const watchSession: Middleware = {
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && !schemaPath.startsWith('/api/v1/session')) onSignedOut();
    return response;
  },
};

export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });
api.use(watchSession);

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; anything else becomes an `ApiError`. */
export async function answered<T>(request: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await request;
  } catch (reason) {
    throw new ApiError(unreachable(reason instanceof Error ? reason.message : String(reason), 0));
  }
  if (outcome.response.ok) return outcome.data as T;
  if (isProblem(outcome.error)) throw new ApiError({ ...outcome.error, errors: outcome.error.errors ?? [] });
  throw new ApiError(unreachable(outcome.response.statusText, outcome.response.status));
}
