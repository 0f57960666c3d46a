import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Erasure, Hold, Retention } from '@shell/api/schema';

export const retentionKey = ['retention'] as const;
export const holdsKey = ['holds'] as const;
export const erasuresKey = ['erasures'] as const;

export function useRetention(): UseQueryResult<Retention> {
  return useQuery({
    queryKey: retentionKey,
    queryFn: () => answered(api.GET('/api/v1/events/retention')),
    refetchInterval: ({ state }) => (state.data?.last_run?.state === 'running' ? 2000 : 60_000),
  });
}

export function useHolds(): UseQueryResult<Hold[]> {
  return useQuery({
    queryKey: holdsKey,
    queryFn: async () => (await answered(api.GET('/api/v1/events/holds'))).items,
  });
}

/** Whether the server still has something to do for it. */
export const isUnderWay = (erasure: Erasure): boolean => erasure.state === 'queued' || erasure.state === 'running';

export function useErasures(): UseQueryResult<Erasure[]> {
  return useQuery({
    queryKey: erasuresKey,
    queryFn: async () => (await answered(api.GET('/api/v1/events/erasures'))).items,
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? 2000 : 60_000),
  });
}
