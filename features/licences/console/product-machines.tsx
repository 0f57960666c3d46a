import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { ProductMachine } from '@shell/api/schema';
import { pathWords } from '@shell/pick/groups';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { uses, useSoftwareWords, wordOf } from './own-words';

type Used = (typeof uses)[number];

/** Who has a product, and whether it is used there. */
export function ProductMachines({ product, used, onUsed }: { product: string; used: Used | undefined; onUsed: (used: Used | undefined) => void }): ReactNode {
  const t = useSoftwareWords();
  const rows = useRows(['licences', 'machines', product, used], (cursor) =>
    answered(api.GET('/api/v1/licences/products/{id}/machines', { params: { path: { id: product }, query: { used, cursor } } })),
  );
  const columns: Column<ProductMachine>[] = [
    { id: 'name', header: t('machines.column.name'), width: '2fr', cell: (row) => <b>{row.name}</b> },
    { id: 'person', header: t('machines.column.person'), width: 116, cell: (row) => row.person },
    { id: 'edition', header: t('machines.column.edition'), width: 120, cell: (row) => row.edition },
    { id: 'version', header: t('machines.column.version'), width: 132, cell: (row) => row.version },
    {
      id: 'used',
      header: t('machines.column.used'),
      width: 148,
      cell: (row) => (
        <StateWord tone={row.used === 'lately' ? 'on' : row.used === 'not' ? 'half' : 'plain'}>{wordOf(uses, row.used, (known) => t(`machines.used_as.${known}`))}</StateWord>
      ),
    },
    { id: 'last', header: t('machines.column.last'), width: 116, cell: (row) => (row.last_used_at ? <RelativeTime at={row.last_used_at} /> : '') },
    { id: 'days', header: t('machines.column.days'), width: 84, num: true, chosen: false, cell: (row) => (row.days > 0 ? row.days.toLocaleString('en-US') : '') },
    { id: 'group', header: t('machines.column.group'), width: '2fr', chosen: false, cell: (row) => pathWords({ path: row.group, name: row.group }) },
  ];
  return (
    <>
      <p className="sm sub">
        {t('machines.lead')} {t('machines.unknown_why')}
      </p>
      <DataTable
        id="product-machines"
        label={t('machines.title')}
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        link={(row) => ({ to: `/assets/${row.id}` })}
        tools={
          <Select
            size="xs"
            aria-label={t('machines.used')}
            placeholder={t('machines.used')}
            clearable
            data={uses.map((one) => ({ value: one, label: t(`machines.used_as.${one}`) }))}
            value={used ?? null}
            onChange={(next) => {
              onUsed(uses.find((one) => one === next));
            }}
          />
        }
        empty={<Empty>{used ? t('machines.none_match') : t('machines.none')}</Empty>}
      />
    </>
  );
}
