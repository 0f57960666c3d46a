import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { AssetSummary } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { GroupSelect } from '@shell/pick/group-select';
import { pathWords, useGroups } from '@shell/pick/groups';
import { SearchField } from '@shell/pick/search-field';
import { useCan, usePlace } from '@shell/session/session';
import { exact } from '@shell/time';
import { LinkButton } from '@shell/ui/button';
import { bytes } from '@shell/ui/bytes';
import type { Chip } from '@shell/ui/chips';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, type ReactNode } from 'react';
import { Ends } from './ends';
import { kinds, sources, standings, useLedgerWords, wordOf } from './ledger-words';

function useColumns(): Column<AssetSummary>[] {
  const t = useLedgerWords();
  return [
    { id: 'name', header: t('column.name'), width: 156, sort: 'name', cell: (row) => <b>{row.name}</b> },
    { id: 'kind', header: t('column.kind'), width: 104, cell: (row) => wordOf(kinds, row.kind, (kind) => t(`kinds.${kind}`)) },
    { id: 'person', header: t('column.person'), width: 112, cell: (row) => row.person },
    { id: 'model', header: t('column.model'), width: '2fr', cell: (row) => [row.vendor, row.model].filter(Boolean).join(' ') },
    { id: 'os', header: t('column.os'), width: '2fr', sort: 'os_name', cell: (row) => [row.os_name, row.os_version].filter(Boolean).join(' ') },
    { id: 'ip', header: t('column.ip'), width: 124, cell: (row) => row.ip },
    { id: 'fullest', header: t('column.fullest'), width: 76, num: true, sort: 'fullest', cell: (row) => (row.disk_bytes > 0 ? t('percent', { percent: row.fullest }) : '') },
    { id: 'standing', header: t('column.standing'), width: 88, cell: (row) => wordOf(standings, row.standing, (standing) => t(`standings.${standing}`)) },
    { id: 'seen', header: t('column.seen'), width: 112, sort: 'seen_at', cell: (row) => <RelativeTime at={row.seen_at} /> },
    { id: 'group', header: t('column.group'), width: '2fr', chosen: false, cell: (row) => pathWords({ name: row.group, path: row.group }) },
    { id: 'serial', header: t('column.serial'), width: 132, chosen: false, cell: (row) => row.serial },
    { id: 'mac', header: t('column.mac'), width: 148, chosen: false, cell: (row) => row.mac },
    { id: 'memory', header: t('column.memory'), width: 88, num: true, sort: 'memory_bytes', chosen: false, cell: (row) => (row.memory_bytes > 0 ? bytes(row.memory_bytes) : '') },
    { id: 'disk', header: t('column.disk'), width: 88, num: true, chosen: false, cell: (row) => (row.disk_bytes > 0 ? bytes(row.disk_bytes) : '') },
    { id: 'inventory_number', header: t('column.inventory_number'), width: 116, chosen: false, cell: (row) => row.inventory_number },
    { id: 'place', header: t('column.place'), width: 132, chosen: false, cell: (row) => row.place },
    { id: 'lease', header: t('column.lease'), width: 116, sort: 'lease_until', chosen: false, cell: (row) => <Ends at={row.lease_until} /> },
    { id: 'warranty', header: t('column.warranty'), width: 116, sort: 'warranty_until', chosen: false, cell: (row) => <Ends at={row.warranty_until} /> },
    { id: 'first', header: t('column.first'), width: 112, sort: 'first_at', chosen: false, cell: (row) => <RelativeTime at={row.first_at} /> },
    {
      id: 'sources',
      header: t('column.sources'),
      width: 148,
      chosen: false,
      cell: (row) => row.sources.map((source) => wordOf(sources, source, (known) => t(`sources.${known}`))).join(', '),
    },
  ];
}

/** One line for each thing that the organisation has. */
export default function Ledger(): ReactNode {
  const t = useLedgerWords();
  const [search, change] = useSearchState();
  const { data: groups = [] } = useGroups();
  const mayWrite = useCan('assets.write');
  const place = usePlace();
  const filter = {
    q: search['q'],
    kind: oneOf(kinds, search['kind']),
    standing: oneOf(standings, search['standing']),
    source: oneOf(sources, search['source']),
    group: search['group'],
    os: search['os'],
    package: search['package'],
    package_version: search['package_version'],
    ends_before: search['ends_before'],
    sort: search['sort'],
  };
  const rows = useRows(
    ['assets', 'ledger', filter],
    (cursor) => answered(api.GET('/api/v1/assets/ledger', { params: { query: { ...filter, cursor } } })),
    { refetchInterval: 60_000 },
  );
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const group = groups.find((candidate) => candidate.id === filter.group);
  const chip = (name: keyof typeof filter, label: string, value: string | undefined): Chip[] => (filter[name] ? [{ name, label, value: value ?? String(filter[name]) }] : []);
  const chips = [
    ...chip('q', t('text'), undefined),
    ...chip('kind', t('kind'), filter.kind && t(`kinds.${filter.kind}`)),
    ...chip('standing', t('standing'), filter.standing && t(`standings.${filter.standing}`)),
    ...chip('source', t('source'), filter.source && t(`sources.${filter.source}`)),
    ...chip('group', t('group'), group && pathWords(group)),
    ...chip('os', t('column.os'), undefined),
    ...chip('package', t('package'), undefined),
    ...chip('package_version', t('package_version'), undefined),
    ...chip('ends_before', t('ends_before'), filter.ends_before && exact(Date.parse(filter.ends_before), place)),
  ];
  return (
    <ListPage
      head={{
        room: 'assets',
        title: 'assets:ledger',
        lead: t('lead'),
        acts: mayWrite && (
          <LinkButton to="/assets/new" icon="plus">
            {t('add')}
          </LinkButton>
        ),
      }}
      filters={
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
          <Select
            aria-label={t('kind')}
            placeholder={t('kind')}
            clearable
            data={kinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) }))}
            value={filter.kind ?? null}
            onChange={(kind) => {
              change({ kind: kind ?? undefined });
            }}
          />
          <Select
            aria-label={t('standing')}
            placeholder={t('standing')}
            clearable
            data={standings.map((standing) => ({ value: standing, label: t(`standings.${standing}`) }))}
            value={filter.standing ?? null}
            onChange={(standing) => {
              change({ standing: standing ?? undefined });
            }}
          />
          <Select
            aria-label={t('source')}
            placeholder={t('source')}
            clearable
            data={sources.map((source) => ({ value: source, label: t(`sources.${source}`) }))}
            value={filter.source ?? null}
            onChange={(source) => {
              change({ source: source ?? undefined });
            }}
          />
        </>
      }
      chips={chips}
      narrowing={['q', 'kind', 'standing', 'source', 'group', 'os', 'package', 'package_version', 'ends_before']}
      words={{ none: t('none'), noneMatch: t('none_match') }}
      id="assets"
      label={t('lead')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.name}
      link={(row) => ({ to: `/assets/${row.id}` })}
      sort={{
        value: filter.sort ?? 'name',
        onChange: (sort) => {
          change({ sort }, { replace: true });
        },
      }}
    />
  );
}
