import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '../api/client';
import type { Group } from '../api/schema';

export const groupsKey = ['groups'] as const;

/** The whole tree, ordered by path. An organisation has tens of groups, seldom more than a thousand. */
export function useGroups(): UseQueryResult<Group[]> {
  return useQuery({
    queryKey: groupsKey,
    staleTime: 60_000,
    queryFn: async () => (await answered(api.GET('/api/v1/groups'))).items,
  });
}

/** Whether it is the group that holds all others. */
export function isRoot(group: Pick<Group, 'parent_id'>): boolean {
  return !group.parent_id;
}

/** How deep a group lies below the root: 0 for the root. */
export function depthOf(group: { path: string }): number {
  return group.path === '/' ? 0 : group.path.split('/').length - 1;
}

/** The path as it is read: 本社 › 経理部, or the organisation's name for the root. */
export function pathWords(group: { path: string; name: string }): string {
  return group.path === '/' ? group.name : group.path.slice(1).split('/').join(' › ');
}
