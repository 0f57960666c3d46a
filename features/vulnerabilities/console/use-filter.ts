import { useSearchState } from '@shell/address/use-search';
import { useMemo } from 'react';
import type { Filter } from './api';
import { filterOf, narrowing } from './filter';

/** What a list is narrowed to, from the address; the same object for as long as it says the same. */
export function useFilter(): Filter {
  const [search] = useSearchState();
  const key = JSON.stringify(narrowing.map((name) => search[name]));
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for what is read of the address
  return useMemo(() => filterOf(search), [key]);
}
