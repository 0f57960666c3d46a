import { wholeRows } from '@shell/api/pages';
import type { Assets, EndpointDetail, Software } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { bytes } from '@shell/ui/bytes';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, useMemo, type ReactNode } from 'react';
import css from './assets.module.css';
import { arrange } from './arrange';
import { WithAssets } from './use-assets';

function useColumns(): Column<Software>[] {
  const t = useWords('assets');
  return [
    { id: 'name', header: t('name'), width: '3fr', sort: 'name', cell: (row) => <b>{row.name}</b> },
    { id: 'version', header: t('version'), width: '2fr', sort: 'version', cell: (row) => row.version },
    { id: 'publisher', header: t('publisher'), width: '2fr', sort: 'publisher', cell: (row) => row.publisher ?? '—' },
    { id: 'source', header: t('source'), width: 92, cell: (row) => row.source },
    { id: 'architecture', header: t('architecture'), width: 92, chosen: false, cell: (row) => row.architecture ?? '—' },
    { id: 'installed', header: t('installed'), width: 128, sort: 'installed_at', cell: (row) => <RelativeTime at={row.installed_at} /> },
    {
      id: 'size',
      header: t('size'),
      width: 92,
      num: true,
      sort: 'size_bytes',
      cell: (row) => (typeof row.size_bytes === 'number' ? bytes(row.size_bytes) : '—'),
    },
  ];
}

function Programs({ assets }: { assets: Assets }): ReactNode {
  const t = useWords('assets');
  const [search, change] = useSearchState();
  const text = search['q'] ?? '';
  const sort = search['sort'] ?? 'name';
  const rows = useMemo(() => wholeRows(arrange(assets.software, text, sort)), [assets.software, text, sort]);
  const setText = useCallback(
    (q: string) => {
      change({ q: q || undefined }, { replace: true });
    },
    [change],
  );
  return (
    <>
      <div className={css['find']}>
        <SearchField label={t('find_software')} value={text} onChange={setText} />
      </div>
      <DataTable
        id="software"
        label={t('software')}
        rowHeight={30}
        columns={useColumns()}
        rows={rows}
        rowId={(row) => `${row.name} ${row.version} ${row.source} ${row.architecture ?? ''}`}
        rowName={(row) => row.name}
        sort={{
          value: sort,
          onChange: (next) => {
            change({ sort: next }, { replace: true });
          },
        }}
        empty={<Empty>{t('none_match')}</Empty>}
      />
    </>
  );
}

export default function SoftwareTab({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  return (
    <WithAssets endpoint={endpoint.id} lines={14}>
      {(assets) => <Programs assets={assets} />}
    </WithAssets>
  );
}
