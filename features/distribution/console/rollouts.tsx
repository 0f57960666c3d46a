import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { DistributionState, RolloutShort } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { useCan } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import type { Chip } from '@shell/ui/chips';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, type ReactNode } from 'react';
import css from './distribution.module.css';
import { bad, countOf, endpointsOf, good, RolloutStateWord, useWorkWords } from './states';

const states: DistributionState[] = ['running', 'stopped', 'recalling', 'recalled', 'done'];
const number = (value: number): string => value.toLocaleString('en-US');

function useColumns(): Column<RolloutShort>[] {
  const t = useWords('distribution');
  const work = useWorkWords();
  return [
    { id: 'name', header: t('column.name'), width: '1fr', cell: (row) => <b>{row.name}</b> },
    { id: 'work', header: t('column.work'), width: '1.5fr', cell: work },
    { id: 'state', header: t('column.state'), width: 140, cell: (row) => <RolloutStateWord rollout={row} /> },
    { id: 'done', header: t('column.done'), width: 84, num: true, cell: (row) => number(countOf(row.rings, good)) },
    {
      id: 'failed',
      header: t('column.failed'),
      width: 76,
      num: true,
      cell: (row) => <span className={countOf(row.rings, bad) > 0 && row.state === 'stopped' ? css['bad'] : undefined}>{number(countOf(row.rings, bad))}</span>,
    },
    { id: 'all', header: t('column.all'), width: 92, num: true, cell: (row) => number(endpointsOf(row.rings)) },
    { id: 'created', header: t('column.created'), width: 116, cell: (row) => <RelativeTime at={row.created_at} /> },
    { id: 'by', header: t('column.by'), width: 120, cell: (row) => row.created_by },
  ];
}

/** Rollouts, newest first. */
export default function Rollouts(): ReactNode {
  const t = useWords('distribution');
  const writes = useCan('distribution.write');
  const [search, change] = useSearchState();
  const filter = { q: search['q'], state: oneOf(states, search['state']), item: search['item'] };
  const rows = useRows(['distribution', 'list', filter], (cursor) => answered(api.GET('/api/v1/distribution/rollouts', { params: { query: { ...filter, cursor } } })), { refetchInterval: 10_000 });
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const chips: Chip[] = [
    ...(filter.q ? [{ name: 'q', label: t('find'), value: filter.q }] : []),
    ...(filter.state ? [{ name: 'state', label: t('state'), value: t(`states.${filter.state}`) }] : []),
    ...(filter.item ? [{ name: 'item', label: t('one.items'), value: rows.items[0]?.items.find((one) => one.id === filter.item)?.name ?? '…' }] : []),
  ];
  const add = writes && (
    <LinkButton to="/distribution/new" icon="plus">
      {t('act.new')}
    </LinkButton>
  );
  return (
    <ListPage
      head={{ room: 'weaknesses', title: 'distribution:title', lead: t('lead'), acts: add }}
      filters={
        <>
          <SearchField label={t('find')} value={filter.q ?? ''} onChange={setText} />
          <Select
            aria-label={t('state')}
            placeholder={t('state')}
            clearable
            data={states.map((one) => ({ value: one, label: t(`states.${one}`) }))}
            value={filter.state ?? null}
            onChange={(next) => {
              change({ state: next ?? undefined });
            }}
          />
        </>
      }
      chips={chips}
      narrowing={['q', 'state', 'item']}
      words={{ none: t('none'), noneMatch: t('none_match') }}
      first={add}
      id="rollouts"
      label={t('title')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.name}
      link={(row) => ({ to: `/distribution/${row.id}` })}
    />
  );
}
