import { useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from './schema';

/** A list read page by page as far as somebody scrolls. */
export interface Rows<T> {
  items: T[];
  count: { value: number; exact: boolean } | undefined;
  isPending: boolean;
  isRefreshing: boolean;
  error: Error | null;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  retry: () => void;
}

/**
 * Reads a list with server paging. `read` is given the cursor of the page to fetch, or undefined for the first.
 * The rows of the former filter stay on the screen until the first page of the new one has come.
 */
export function useRows<T>(
  key: readonly unknown[],
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  options: {
    refetchInterval?: number;
    enabled?: boolean;
    /** What has been read stays as it is until somebody asks for more: for lists that only grow at the top. */
    still?: boolean;
  } = {},
): Rows<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: options.refetchInterval ?? false,
    enabled: options.enabled ?? true,
    ...(options.still ? { staleTime: Infinity, refetchOnWindowFocus: false, refetchOnReconnect: false } : {}),
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    count: query.data?.pages[0]?.count,
    isPending: query.isPending,
    isRefreshing: query.isPlaceholderData,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
    retry: () => void query.refetch(),
  };
}

/** A list that has come whole, for the same table. */
export function wholeRows<T>(items: T[]): Rows<T> {
  return {
    items,
    count: { value: items.length, exact: true },
    isPending: false,
    isRefreshing: false,
    error: null,
    hasMore: false,
    isLoadingMore: false,
    loadMore: () => undefined,
    retry: () => undefined,
  };
}
