import { ApiError } from '@shell/api/client';
import type { EventTail, EventView } from '@shell/api/schema';

/** The pause after the first failure; each next one is twice as long, up to a minute. */
const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** An answer that came at once without a row, as from a proxy that does not wait, is not followed by the next question at once. */
const soonMs = 500;

/** What following needs of its surroundings. */
export interface World {
  ask: (after: string, signal: AbortSignal) => Promise<EventTail>;
  /** Resolves after so long, or as soon as the signal is given. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Resolves when somebody looks at the page. */
  seen: (signal: AbortSignal) => Promise<void>;
  now: () => number;
}

/** Whether asking again changes nothing: the question is refused, not the moment. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status >= 400 && error.problem.status < 500 && error.problem.status !== 429;
}

/**
 * Asks for what comes after `from`, again and again, and gives rows in the order in which they arrive, until the signal is given
 * or the server refuses. What failed is asked again after growing pauses, from where it was left: nothing is missed.
 */
export async function follow(from: string, signal: AbortSignal, world: World, onRows: (rows: EventView[]) => void): Promise<void> {
  let after = from;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    await world.seen(signal);
    const asked = world.now();
    try {
      const told = await world.ask(after, signal);
      if (signal.aborted) return;
      pauseMs = firstPauseMs;
      after = told.next;
      if (told.items.length > 0) onRows(told.items);
      else if (!told.more && world.now() - asked < soonMs) await world.sleep(firstPauseMs, signal);
    } catch (error) {
      if (signal.aborted || isRefusal(error)) return;
      await world.sleep(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }
}

export const browser: Omit<World, 'ask'> = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
  seen: (signal) =>
    new Promise((resolve) => {
      const look = (): void => {
        if (document.hidden && !signal.aborted) return;
        document.removeEventListener('visibilitychange', look);
        resolve();
      };
      document.addEventListener('visibilitychange', look);
      signal.addEventListener('abort', look);
      look();
    }),
};
