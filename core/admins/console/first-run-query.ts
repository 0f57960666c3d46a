import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { FirstRun, StepId } from '@shell/api/schema';

export const firstRunKey = ['first-run'] as const;

export function useFirstRun(): UseQueryResult<FirstRun> {
  return useQuery({ queryKey: firstRunKey, queryFn: () => answered(api.GET('/api/v1/first-run')) });
}

/** Where each step is done. */
export const placeOf: Record<StepId, string> = {
  organisation: '/settings/organisation',
  time_zone: '/settings/organisation',
  public_address: '/settings/organisation',
  certificate: '/settings/health',
  mail: '/settings/organisation',
  people: '/people/import',
  backup: '/settings/organisation',
  pilot_group: '/groups',
  starter_policy: '/policies',
};
