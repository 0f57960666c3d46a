import { useQueryClient, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answered, api } from '@shell/api/client';

export const alarmsKey = ['alarms'] as const;

/** After a failure. The lists ask for themselves once a minute. */
const pauseMs = 10_000;

/** What follows alarms beside their lists. */
const nothing: QueryKey[] = [];

/** Asks again for what is shown of alarms, and for what else follows them, the moment something changes about them. */
export function useAlarmNews(also: readonly QueryKey[] = nothing, may = true): void {
  const client = useQueryClient();
  const keys = JSON.stringify(also);
  useEffect(() => {
    if (!may) return undefined;
    const leaves = new AbortController();
    void follow(client, [alarmsKey, ...(JSON.parse(keys) as QueryKey[])], leaves.signal);
    return () => {
      leaves.abort();
    };
  }, [client, keys, may]);
}

async function follow(client: QueryClient, keys: readonly QueryKey[], leaves: AbortSignal): Promise<void> {
  let mark: string | undefined;
  while (!leaves.aborted) {
    try {
      const query = mark === undefined ? {} : { after: mark };
      const news = await answered(api.GET('/api/v1/alarms/news', { params: { query }, signal: leaves }));
      if (mark !== undefined && news.mark !== mark) await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
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
