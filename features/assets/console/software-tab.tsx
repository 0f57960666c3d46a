import { wholeRows } from '@shell/api/pages';
import type { Assets, EndpointDetail, Software } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { bytes } from '@shell/ui/bytes';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { Select } from '@mantine/core';
import { useMarks } from '@shell/i18n/marks';
import { useCallback, useMemo, type ReactNode } from 'react';
import css from './assets.module.css';
import { arrange, sources } from './arrange';
import { useNamed, usePartsWords } from './machine-parts-words';
import { WithAssets } from './use-assets';

function useColumns(): Column<Software>[] {
  const t = useWords('assets');
  const own = usePartsWords();
  const named = useNamed();
  const marks = useMarks();
  return [
    {
      id: 'name',
      header: t('name'),
      width: '3fr',
      sort: 'name',
      cell: (row) => (
        <>
          <b>{row.name}</b> {row.account && <span className="dim">{marks.facts([row.browser, row.account])}</span>}
        </>
      ),
    },
    { id: 'version', header: t('version'), width: '2fr', sort: 'version', cell: (row) => row.version },
    { id: 'publisher', header: t('publisher'), width: '2fr', sort: 'publisher', cell: (row) => row.publisher ?? '—' },
    { id: 'source', header: t('source'), width: 148, cell: (row) => named('sources', row.source) },
    { id: 'account', header: own('account'), width: 128, chosen: false, cell: (row) => row.account ?? '—' },
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
  const source = search['source'];
  const own = usePartsWords();
  const named = useNamed();
  const marks = useMarks();
  const rows = useMemo(() => wholeRows(arrange(assets.software, text, sort, source)), [assets.software, text, sort, source]);
  const from = useMemo(() => sources(assets.software), [assets.software]);
  const setText = useCallback(
    (q: string) => {
      change({ q: q || undefined }, { replace: true });
    },
    [change],
  );
  return (
    <>
      <div className={css['finds']}>
        <div className={css['find']}>
          <SearchField label={t('find_software')} value={text} onChange={setText} />
        </div>
        {from.length > 1 && (
          <Select
            aria-label={own('source_pick')}
            placeholder={own('source_all')}
            clearable
            data={from.map(([value, count]) => ({ value, label: marks.noted(named('sources', value), String(count)) }))}
            value={source ?? null}
            onChange={(value) => {
              change({ source: value ?? undefined });
            }}
          />
        )}
      </div>
      <DataTable
        id="software"
        label={t('software')}
        rowHeight={30}
        columns={useColumns()}
        rows={rows}
        rowId={(row) => `${row.name} ${row.version} ${row.source} ${row.architecture ?? ''} ${row.id ?? ''} ${row.account ?? ''} ${row.browser ?? ''}`}
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
