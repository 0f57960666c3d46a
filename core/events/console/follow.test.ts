import { ApiError } from '@shell/api/client';
import type { EventTail, EventView } from '@shell/api/schema';
import { describe, expect, it } from 'vitest';
import { follow } from './follow';

type Told = Partial<EventTail> | ApiError | 'end';

const failed = (status: number): ApiError =>
  new ApiError({ type: 'about:blank', title: '', status, code: 'unavailable', detail: '', errors: [] });
const row = (id: string): EventView => ({ id }) as EventView;

/** What follows of these answers: what was asked for, the rows in order, and the pauses. */
async function check(answers: Told[], expected: { asked: string[]; rows?: string[]; pauses?: number[] }): Promise<void> {
  const stop = new AbortController();
  const [asked, rows, pauses]: [string[], string[], number[]] = [[], [], []];
  let at = 0;
  await follow(
    '7',
    stop.signal,
    {
      ask: (after) => {
        asked.push(after);
        const told = answers[asked.length - 1] ?? 'end';
        if (told === 'end') {
          stop.abort();
          return Promise.reject(new DOMException('', 'AbortError'));
        }
        at += 600;
        return told instanceof ApiError ? Promise.reject(told) : Promise.resolve({ items: [], next: '', more: false, ...told });
      },
      sleep: (ms) => {
        pauses.push(ms);
        return Promise.resolve();
      },
      seen: () => Promise.resolve(),
      now: () => at,
    },
    (come) => rows.push(...come.map(({ id }) => id)),
  );
  expect({ asked, rows, pauses }).toEqual({ rows: [], pauses: [], ...expected });
}

describe('following what happens', () => {
  it('goes on from where the last answer ended, and gives rows as they come', async () => {
    await check([{ items: [row('b'), row('a')], next: '9' }, { next: '9' }, { items: [row('c')], next: '12' }], {
      asked: ['7', '9', '9', '12'],
      rows: ['b', 'a', 'c'],
    });
  });

  it('waits longer after each failure, and begins anew after an answer', async () => {
    await check([failed(0), failed(503), failed(429), { items: [row('a')], next: '8' }, failed(503)], {
      asked: ['7', '7', '7', '7', '8', '8'],
      rows: ['a'],
      pauses: [1000, 2000, 4000, 1000],
    });
    const many = Array.from({ length: 8 }, () => failed(502));
    await check(many, { asked: Array.from({ length: 9 }, () => '7'), pauses: [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000] });
  });

  it('stops where the question is refused', async () => {
    await check([failed(422)], { asked: ['7'] });
    await check([failed(403)], { asked: ['7'] });
  });
});
