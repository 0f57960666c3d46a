import { Select } from '@mantine/core';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { answered } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { api, type Machine } from './api';
import { narrowing } from './filter';
import { ListFilters, useFilterChips } from './list-filters';
import { number } from './number';
import { kinds, severities, states, useListWords, useTerms, wordOf } from './own-words';
import { Remedy } from './remedy';
import { SeverityWord } from './severity';
import { useFilter } from './use-filter';

type Row = Machine & { id: string };

const all = ({ counts }: Machine): number => severities.reduce((sum, severity) => sum + counts[severity], 0);

function useColumns(): Column<Row>[] {
  const t = useListWords();
  const terms = useTerms();
  const late = (value: number): ReactNode => (value === 0 ? <span className="dim">0</span> : <b className="aka">{number(value)}</b>);
  return [
    { id: 'name', header: t('machines.column.name'), width: '2fr', sort: 'name', cell: (row) => <b>{row.name}</b> },
    { id: 'group', header: t('machines.column.group'), width: '2fr', cell: (row) => row.group_name },
    {
      id: 'worst',
      header: t('machines.column.worst'),
      width: 112,
      sort: 'worst',
      cell: (row) => {
        const worst = severities.find((severity) => row.counts[severity] > 0);
        return worst ? <SeverityWord severity={worst} /> : <span className="dim">—</span>;
      },
    },
    { id: 'findings', header: t('machines.column.findings'), width: 72, num: true, sort: 'findings', cell: (row) => number(all(row)) },
    { id: 'overdue', header: t('machines.column.overdue'), width: 84, num: true, cell: (row) => late(row.overdue) },
    { id: 'emergency', header: t('machines.column.emergency'), width: 84, num: true, cell: (row) => late(row.emergency) },
    { id: 'oldest', header: t('machines.column.oldest'), width: 112, sort: 'oldest', cell: (row) => <RelativeTime at={row.oldest_since} /> },
    { id: 'os', header: t('machines.column.os'), width: '2fr', cell: (row) => row.os },
    { id: 'kind', header: t('machines.column.kind'), width: 128, chosen: false, cell: (row) => wordOf(kinds, row.kind, (known) => terms(`kind.${known}`)) },
    { id: 'seen', header: t('machines.column.seen'), width: 112, chosen: false, cell: (row) => <RelativeTime at={row.last_seen_at} /> },
    { id: 'updates', header: t('machines.column.updates'), width: 108, num: true, chosen: false, cell: (row) => number(row.updates) },
  ];
}

/** The rows behind a red number. */
export default function Machines(): ReactNode {
  const t = useListWords();
  const terms = useTerms();
  const chips = useFilterChips();
  const [search, change] = useSearchState();
  const filter = useFilter();
  const sort = search['sort'] ?? '-worst';
  const chosen = oneOf(states, search['state']);
  // Without a condition on findings the server lists every machine; unless asked otherwise, this page is of those that are behind.
  const state = chosen ?? (filter.standing === undefined || filter.standing === 'open' ? 'behind' : undefined);
  const rows = useRows<Row>(['vulnerabilities', 'machines', filter, state, sort], async (cursor) => {
    const page = await answered(api.GET('/api/v1/vulnerabilities/machines', { params: { query: { ...filter, state, sort, cursor } } }));
    return { ...page, items: page.items.map((one) => ({ ...one, id: one.asset_id })) };
  });
  return (
    <ListPage
      head={{ room: 'weaknesses', title: 'vulnerabilities:machines', lead: t('machines.lead'), acts: rows.items.length > 0 && state !== 'current' && state !== 'unknown' && <Remedy filter={filter} main /> }}
      filters={
        <ListFilters
          find={t('machines.find')}
          machines
          more={
            <Select
              aria-label={t('machine.state')}
              placeholder={t('machine.state')}
              clearable
              data={states.map((one) => ({ value: one, label: terms(`state.${one}`) }))}
              value={chosen ?? null}
              onChange={(next) => {
                change({ state: next ?? undefined });
              }}
            />
          }
        />
      }
      chips={chosen ? [...chips, { name: 'state', label: t('machine.state'), value: terms(`state.${chosen}`) }] : chips}
      narrowing={[...narrowing, 'state']}
      words={{ none: t('machines.none'), noneMatch: t('machines.none_match') }}
      id="vulnerabilities-machines"
      label={t('machines.lead')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.name}
      link={(row) => ({ to: `/vulnerabilities/machines/${row.id}` })}
      sort={{
        value: sort,
        onChange: (next) => {
          change({ sort: next }, { replace: true });
        },
      }}
    />
  );
}
