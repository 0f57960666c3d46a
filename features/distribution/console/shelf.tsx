import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { ShelfKind, ShelfView } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { bytes } from '@shell/ui/bytes';
import type { Chip } from '@shell/ui/chips';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, type ReactNode } from 'react';
import { ItemPanel } from './item-panel';
import { LimitPanel } from './limit-panel';
import { ScriptPanel } from './script-panel';
import { UploadPanel } from './upload-panel';

const kinds: ShelfKind[] = ['deb', 'rpm', 'script'];

function useColumns(): Column<ShelfView>[] {
  const t = useWords('distribution');
  return [
    { id: 'name', header: t('shelf_page.column.name'), width: '2fr', cell: (row) => <b>{row.name}</b> },
    { id: 'version', header: t('shelf_page.column.version'), width: '1fr', cell: (row) => row.version },
    { id: 'kind', header: t('shelf_page.column.kind'), width: 96, cell: (row) => t(`shelf_page.kinds.${row.kind}`) },
    { id: 'architecture', header: t('shelf_page.column.architecture'), width: 92, cell: (row) => row.architecture || <span className="dim">—</span> },
    { id: 'size', header: t('shelf_page.column.size'), width: 92, num: true, cell: (row) => bytes(row.size) },
    { id: 'rollouts', header: t('shelf_page.column.rollouts'), width: 76, num: true, cell: (row) => row.rollouts },
    { id: 'created', header: t('shelf_page.column.created'), width: 116, cell: (row) => <RelativeTime at={row.created_at} /> },
    { id: 'by', header: t('shelf_page.column.by'), width: 120, cell: (row) => row.created_by },
  ];
}

/** Packages and scripts. Which panel is open stands in the address, so that a colleague can be sent there. */
export default function Shelf(): ReactNode {
  const t = useWords('distribution');
  const writes = useCan('distribution.write');
  const [search, change] = useSearchState();
  const filter = { q: search['q'], kind: oneOf(kinds, search['kind']) };
  const rows = useRows(['distribution', 'items', filter], (cursor) => answered(api.GET('/api/v1/distribution/items', { params: { query: { ...filter, cursor } } })));
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const chips: Chip[] = [
    ...(filter.q ? [{ name: 'q', label: t('shelf_page.find'), value: filter.q }] : []),
    ...(filter.kind ? [{ name: 'kind', label: t('shelf_page.kind'), value: t(`shelf_page.kinds.${filter.kind}`) }] : []),
  ];
  const open = (id: string | undefined, from?: string): void => {
    change({ open: id, from }, { replace: true });
  };
  const acts = writes && (
    <>
      <Button
        icon="plus"
        onClick={() => {
          open('package');
        }}
      >
        {t('shelf_page.add_package')}
      </Button>
      <Button
        icon="plus"
        onClick={() => {
          open('script');
        }}
      >
        {t('shelf_page.add_script')}
      </Button>
      <Button
        icon="settings"
        onClick={() => {
          open('limit');
        }}
      >
        {t('limit.title')}
      </Button>
    </>
  );
  return (
    <ListPage
      head={{ room: 'weaknesses', title: 'distribution:shelf', lead: t('shelf_page.lead'), acts }}
      filters={
        <>
          <SearchField label={t('shelf_page.find')} value={filter.q ?? ''} onChange={setText} />
          <Select
            aria-label={t('shelf_page.kind')}
            placeholder={t('shelf_page.kind')}
            clearable
            data={kinds.map((one) => ({ value: one, label: t(`shelf_page.kinds.${one}`) }))}
            value={filter.kind ?? null}
            onChange={(next) => {
              change({ kind: next ?? undefined });
            }}
          />
        </>
      }
      chips={chips}
      narrowing={['q', 'kind']}
      words={{ none: t('shelf_page.none'), noneMatch: t('shelf_page.none_match') }}
      id="shelf"
      label={t('shelf')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => `${row.name} ${row.version}`}
      panel={(id, _row, close) => {
        if (id === 'limit') return <LimitPanel onClose={close} />;
        if (id === 'package') return writes ? <UploadPanel onClose={close} /> : null;
        if (id === 'script') {
          const from = search['from'];
          return writes ? <ScriptPanel key={from ?? ''} from={from} onClose={close} onSaved={(saved) => { open(saved.id); }} /> : null;
        }
        return <ItemPanel key={id} id={id} onClose={close} onOpen={open} onNext={() => { open('script', id); }} />;
      }}
    />
  );
}
