import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useCallback } from 'react';
import { readSearch, type Search } from './query-string';

export type Changes = Record<string, string | undefined>;

/**
 * The page's state in its address. `change` sets some names and keeps the others; `replace: true` writes over the
 * present step of the history, for typing and for opening a row beside its list.
 */
export function useSearchState(): [Search, (changes: Changes, options?: { replace?: boolean }) => void] {
  const text = useRouterState({ select: (state) => state.location.searchStr });
  const navigate = useNavigate();
  const change = useCallback(
    (changes: Changes, options: { replace?: boolean } = {}) => {
      void navigate({
        to: '.',
        search: (before: Search) => ({ ...before, ...changes }) as never,
        replace: options.replace ?? false,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [readSearch(text), change];
}
