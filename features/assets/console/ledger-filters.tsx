import { Select } from '@mantine/core';
import { useSearchState } from '@shell/address/use-search';
import { GroupSelect } from '@shell/pick/group-select';
import { SearchField } from '@shell/pick/search-field';
import { useCallback, type ReactNode } from 'react';
import { useLedgerFilter } from './ledger-filter';
import { kinds, places, standings, updates, useLedgerWords } from './ledger-words';

/** The line of conditions above the ledger; the others come from the overview's bars, and from addresses. */
export function LedgerFilters(): ReactNode {
  const t = useLedgerWords();
  const [, change] = useSearchState();
  const filter = useLedgerFilter();
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const choice = (name: 'kind' | 'standing' | 'whereabouts' | 'updates', label: string, data: { value: string; label: string }[]): ReactNode => (
    <Select
      aria-label={label}
      placeholder={label}
      clearable
      data={data}
      value={filter[name] ?? null}
      onChange={(value) => {
        change({ [name]: value ?? undefined });
      }}
    />
  );
  return (
    <>
      <SearchField label={t('find')} value={filter.q ?? ''} onChange={setText} />
      <GroupSelect
        quiet
        clearable
        fixedOnly
        label={t('group')}
        value={filter.group ?? null}
        onChange={(id) => {
          change({ group: id ?? undefined });
        }}
      />
      {choice('kind', t('kind'), kinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) })))}
      {choice('standing', t('standing'), standings.map((standing) => ({ value: standing, label: t(`standings.${standing}`) })))}
      {choice('whereabouts', t('column.whereabouts'), places.map((place) => ({ value: place, label: t(`places.${place}`) })))}
      {choice('updates', t('column.updates'), updates.map((which) => ({ value: which, label: t(`updates.${which}`) })))}
    </>
  );
}
