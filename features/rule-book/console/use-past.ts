import { answered, api } from '@shell/api/client';
import type { PreviewView } from '@shell/api/schema';
import { useEffect, useRef, useState } from 'react';
import { tidied, type Calendar, type Rule } from './rule';

export type PastState =
  | { state: 'idle' }
  | { state: 'running'; begun: number }
  | { state: 'cancelled' }
  | { state: 'failed'; error: Error }
  | { state: 'done'; view: PreviewView };

export interface Past {
  now: PastState;
  start: () => void;
  cancel: () => void;
}

const usual: PastState = { state: 'idle' };

/** Tries rules on what is stored. Whatever changes in them makes an answer that has come, or is on its way, worthless. */
export function usePast(rules: readonly Rule[], calendar: Calendar): Past {
  // Rules that are off answer to nothing, and one that is about to be switched on is to be tried.
  const value = { calendar, rules: rules.map((rule) => ({ ...tidied(rule), on: true })) };
  const key = JSON.stringify(value);
  const [held, setHeld] = useState<{ key: string; now: PastState }>({ key, now: usual });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), [key]);

  const start = (): void => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const put = (now: PastState): void => {
      if (running.current === controller) setHeld({ key, now });
    };
    put({ state: 'running', begun: Date.now() });
    answered(api.POST('/api/v1/rule-book/preview', { body: { value }, signal: controller.signal })).then(
      (view) => {
        put({ state: 'done', view });
      },
      (reason: unknown) => {
        put(controller.signal.aborted ? { state: 'cancelled' } : { state: 'failed', error: reason instanceof Error ? reason : new Error(String(reason)) });
      },
    );
  };
  return {
    now: held.key === key ? held.now : usual,
    start,
    cancel: () => {
      running.current?.abort();
    },
  };
}
