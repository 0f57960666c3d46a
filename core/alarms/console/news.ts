import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answered, api } from '@shell/api/client';

export const alarmsKey = ['alarms'] as const;

/** After a failure. The lists ask for themselves once a minute. */
const pauseMs = 10_000;

/** Asks again for what is shown of alarms the moment something changes about them. */
export function useAlarmNews(): void {
  const client = useQueryClient();
  useEffect(() => {
    const leaves = new AbortController();
    void follow(client, leaves.signal);
    return () => {
      leaves.abort();
    };
  }, [client]);
}

async function follow(client: QueryClient, leaves: AbortSignal): Promise<void> {
  let mark: string | undefined;
  while (!leaves.aborted) {
    try {
      const query = mark === undefined ? {} : { after: mark };
      const news = await answered(api.GET('/api/v1/alarms/news', { params: { query }, signal: leaves }));
      if (mark !== undefined && news.mark !== mark) await client.invalidateQueries({ queryKey: alarmsKey });
      mark = news.mark;
    } catch {
      await until(leaves, pauseMs);
    }
    // Nobody sees a page in the background.
    while (document.hidden && !leaves.aborted) await until(leaves, pauseMs, 'visibilitychange');
  }
}

/** Waits so long, or until the page is left or this happens. */
function until(leaves: AbortSignal, ms: number, event?: 'visibilitychange'): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      leaves.removeEventListener('abort', end);
      if (event) document.removeEventListener(event, end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    leaves.addEventListener('abort', end);
    if (event) document.addEventListener(event, end);
  });
}
