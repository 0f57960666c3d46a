import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { PackageView } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { SearchField } from '@shell/pick/search-field';
import type { Chip } from '@shell/ui/chips';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, type ReactNode } from 'react';
import { useLedgerWords } from './ledger-words';

type Row = PackageView & { id: string };

/** What is installed somewhere in the organisation, and on how many machines. */
export default function Packages(): ReactNode {
  const t = useLedgerWords();
  const [search, change] = useSearchState();
  const filter = { q: search['q'], source: search['source'] };
  const rows = useRows<Row>(['assets', 'packages', filter], async (cursor) => {
    const page = await answered(api.GET('/api/v1/assets/packages', { params: { query: { ...filter, cursor } } }));
    return { ...page, items: page.items.map((one) => ({ ...one, id: [one.name, one.version, one.source, one.architecture, one.publisher].join('|') })) };
  });
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const columns: Column<Row>[] = [
    { id: 'name', header: t('packages.name'), width: '3fr', cell: (row) => <b>{row.name}</b> },
    { id: 'version', header: t('packages.version'), width: '2fr', cell: (row) => row.version },
    { id: 'machines', header: t('packages.machines'), width: 88, num: true, cell: (row) => row.machines.toLocaleString('en-US') },
    { id: 'publisher', header: t('packages.publisher'), width: '2fr', cell: (row) => row.publisher },
    { id: 'source', header: t('packages.source'), width: 104, cell: (row) => row.source },
    { id: 'first', header: t('packages.first'), width: 116, cell: (row) => <RelativeTime at={row.first_at} /> },
  ];
  const chips: Chip[] = [
    ...(filter.q ? [{ name: 'q', label: t('packages.find'), value: filter.q }] : []),
    ...(filter.source ? [{ name: 'source', label: t('packages.source'), value: filter.source }] : []),
  ];
  return (
    <ListPage
      head={{ room: 'assets', title: 'assets:packages', lead: t('packages.lead') }}
      filters={<SearchField label={t('packages.find')} value={filter.q ?? ''} onChange={setText} />}
      chips={chips}
      narrowing={['q', 'source']}
      words={{ none: t('packages.none'), noneMatch: t('packages.none_match') }}
      id="packages"
      label={t('packages.lead')}
      columns={columns}
      rows={rows}
      rowName={(row) => t('packages.who', { name: row.name, version: row.version })}
      link={(row) => ({ to: '/assets', search: { package: row.name, package_version: row.version } })}
    />
  );
}
