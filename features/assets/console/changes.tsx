import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { ChangeView } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import type { Chip } from '@shell/ui/chips';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { ExactTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { What } from './history-rows';
import { parts, useLedgerWords } from './ledger-words';

/** What changed on which asset, newest first. */
export default function Changes(): ReactNode {
  const t = useLedgerWords();
  const [search, change] = useSearchState();
  const filter = { asset: search['asset'], part: oneOf(parts, search['part']) };
  const rows = useRows(
    ['assets', 'changes', filter],
    (cursor) => answered(api.GET('/api/v1/assets/changes', { params: { query: { ...filter, cursor } } })),
    { refetchInterval: 60_000 },
  );
  const columns: Column<ChangeView>[] = [
    { id: 'machine', header: t('history.machine'), width: 168, cell: (row) => <b>{row.machine}</b> },
    { id: 'at', header: t('history.at'), width: 212, cell: (row) => <ExactTime at={row.at} /> },
    { id: 'part', header: t('history.part'), width: '2fr', cell: (row) => <What change={row} /> },
    { id: 'before', header: t('history.before'), width: '2fr', cell: (row) => row.before ?? <span className="dim">—</span> },
    { id: 'after', header: t('history.after'), width: '2fr', cell: (row) => row.after ?? <span className="dim">—</span> },
  ];
  const chips: Chip[] = [
    ...(filter.asset ? [{ name: 'asset', label: t('history.asset'), value: rows.items[0]?.machine ?? filter.asset }] : []),
    ...(filter.part ? [{ name: 'part', label: t('history.part'), value: t(`part.${filter.part}`) }] : []),
  ];
  return (
    <ListPage
      head={{ room: 'assets', title: 'assets:changes', lead: t('history.lead') }}
      filters={
        <Select
          aria-label={t('history.part')}
          placeholder={t('history.part')}
          clearable
          data={parts.map((part) => ({ value: part, label: t(`part.${part}`) }))}
          value={filter.part ?? null}
          onChange={(part) => {
            change({ part: part ?? undefined });
          }}
        />
      }
      chips={chips}
      narrowing={['asset', 'part']}
      words={{ none: t('history.none'), noneMatch: t('history.none_match') }}
      id="asset-changes"
      label={t('history.lead')}
      columns={columns}
      rows={rows}
      rowName={(row) => row.machine}
      link={(row) => ({ to: `/assets/${row.asset}` })}
    />
  );
}
