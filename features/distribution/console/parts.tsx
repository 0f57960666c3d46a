import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { RolloutPart, RolloutView } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { Filters } from '@shell/ui/filters';
import { Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, type ReactNode } from 'react';
import { PartPanel } from './part-panel';
import { partStates, PartStateWord } from './states';
import { useWhy } from './why';

/** The columns that say how a part stands. */
export function usePartColumns(): Column<RolloutPart>[] {
  const t = useWords('distribution');
  const why = useWhy();
  const detail = (row: RolloutPart): ReactNode => {
    if (row.why) return <span title={row.why}>{why(row.why)}</span>;
    if (row.percent !== null && row.percent !== undefined) return t('panel.percent', { percent: row.percent });
    return <span className="dim">—</span>;
  };
  return [
    { id: 'state', header: t('part_column.state'), width: 148, cell: (row) => <PartStateWord state={row.state} /> },
    { id: 'why', header: t('part_column.why'), width: '3fr', cell: detail },
    { id: 'attempt', header: t('part_column.attempt'), width: 64, num: true, cell: (row) => row.attempt },
    { id: 'changed', header: t('part_column.changed'), width: 116, cell: (row) => <RelativeTime at={row.changed_at} /> },
  ];
}

/** The endpoints of a rollout, and beside them the one somebody opened. */
export function Parts({ rollout }: { rollout: RolloutView }): ReactNode {
  const t = useWords('distribution');
  const [search, change] = useSearchState();
  const ring = search['ring'];
  const filter = { rollout: rollout.id, q: search['q'], state: oneOf(partStates, search['state']), ring: ring === undefined ? undefined : Number(ring) };
  const rows = useRows(['distribution', 'parts', filter], (cursor) => answered(api.GET('/api/v1/distribution/parts', { params: { query: { ...filter, cursor } } })), { refetchInterval: 5_000 });
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const columns: Column<RolloutPart>[] = [
    { id: 'endpoint', header: t('part_column.endpoint'), width: '2fr', cell: (row) => <b>{row.hostname}</b> },
    { id: 'ring', header: t('part_column.ring'), width: '1fr', cell: (row) => row.ring_name },
    ...usePartColumns(),
  ];
  const open = search['open'];
  return (
    <>
      <Filters>
        <SearchField label={t('one.find')} value={filter.q ?? ''} onChange={setText} />
        <Select
          aria-label={t('state')}
          placeholder={t('state')}
          clearable
          data={partStates.map((one) => ({ value: one, label: t(`part_states.${one}`) }))}
          value={filter.state ?? null}
          onChange={(next) => {
            change({ state: next ?? undefined }, { replace: true });
          }}
        />
        <Select
          aria-label={t('part_column.ring')}
          placeholder={t('one.all_rings')}
          clearable
          data={rollout.rings.map((one, at) => ({ value: String(at), label: one.name }))}
          value={ring ?? null}
          onChange={(next) => {
            change({ ring: next ?? undefined }, { replace: true });
          }}
        />
      </Filters>
      <Split
        panel={
          open === undefined ? null : (
            <PartPanel
              key={open}
              rollout={rollout.id}
              endpoint={open}
              dry={rollout.dry_run}
              onClose={() => {
                change({ open: undefined }, { replace: true });
              }}
            />
          )
        }
      >
        <DataTable
          id="rollout-parts"
          label={t('one.endpoints')}
          columns={columns}
          rows={rows}
          rowId={(row) => row.endpoint_id}
          rowName={(row) => row.hostname}
          openId={open}
          onOpen={(row) => {
            change({ open: row.endpoint_id }, { replace: true });
          }}
          empty={<Empty>{t('one.none')}</Empty>}
        />
      </Split>
    </>
  );
}
