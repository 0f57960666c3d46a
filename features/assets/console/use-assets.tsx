import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { ApiError, answered, api } from '@shell/api/client';
import type { Assets } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Await, Empty } from '@shell/ui/states';
import type { ReactNode } from 'react';

/** The last collected inventory; null where nothing has been collected yet. */
export function useAssets(endpoint: string): UseQueryResult<Assets | null> {
  return useQuery({
    queryKey: ['assets', endpoint],
    staleTime: 60_000,
    queryFn: async () => {
      try {
        return await answered(api.GET('/api/v1/assets/{endpoint}', { params: { path: { endpoint } } }));
      } catch (error) {
        if (error instanceof ApiError && error.problem.code === 'not_found') return null;
        throw error;
      }
    },
  });
}

export function WithAssets({ endpoint, lines, children }: { endpoint: string; lines: number; children: (assets: Assets) => ReactNode }): ReactNode {
  const t = useWords('assets');
  return (
    <Await query={useAssets(endpoint)} lines={lines}>
      {(assets) => (assets === null ? <Empty>{t('none')}</Empty> : children(assets))}
    </Await>
  );
}
