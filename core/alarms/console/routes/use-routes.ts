import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { AlarmRouteView, Settings } from '@shell/api/schema';
import { useLanguage, useLooseWords, useWords, useWordsOfAll } from '@shell/i18n';
import type { Speech } from './words';

export const routesKey = ['alarm-routes'] as const;

export function useRoutes(): UseQueryResult<AlarmRouteView[]> {
  return useQuery({
    queryKey: routesKey,
    refetchInterval: 15_000,
    queryFn: async () => (await answered(api.GET('/api/v1/alarm-routes'))).items,
  });
}

/** Puts a route that was made or changed into the list before it is read again. */
export function useKeep(): (after: AlarmRouteView) => Promise<void> {
  const client = useQueryClient();
  return async (after) => {
    client.setQueryData<AlarmRouteView[]>(routesKey, (all = []) => [...all.filter((one) => one.id !== after.id), after]);
    await client.invalidateQueries({ queryKey: routesKey });
  };
}

/** The organisation's settings: who hears of everything, and whether mails leave at all. */
export function useSettings(): UseQueryResult<Settings> {
  return useQuery({ queryKey: ['settings'], refetchOnWindowFocus: false, queryFn: () => answered(api.GET('/api/v1/settings')) });
}

/** The names that sentences about routes are made of, in the reader's language. */
export function useSpeech(): Speech {
  const t = useWords('alarms');
  const language = useLanguage();
  const loose = useLooseWords('alarms');
  const classes = useWordsOfAll('class');
  return { t, language, kind: (word) => loose(`kind.${word}.title`, word), ruleClass: (word) => classes[word] ?? word };
}

/** The path of a group as people read it. */
export function useGroupPath(): (path: string | null | undefined) => string | null {
  const s = useWords('shell');
  return (path) => (path ? (path === '/' ? s('all_groups') : path.slice(1).split('/').join(' › ')) : null);
}
