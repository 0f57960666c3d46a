import { useQuery } from '@tanstack/react-query';
import { answered } from '@shell/api/client';
import { api } from './api';

/** The name of a feed by its id. What is no feed, such as a machine's own updater, is called as it is told. */
export function useFeedNames(): (id: string) => string {
  const { data } = useQuery({
    queryKey: ['vulnerabilities', 'feeds', 'names'],
    staleTime: 300_000,
    queryFn: async () => new Map((await answered(api.GET('/api/v1/vulnerabilities/feeds'))).items.map((feed) => [feed.id, feed.name])),
  });
  return (id) => data?.get(id) ?? id;
}
