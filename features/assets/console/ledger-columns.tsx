import type { AssetSummary } from '@shell/api/schema';
import { pathWords } from '@shell/pick/groups';
import { bytes } from '@shell/ui/bytes';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import { Ends } from './ends';
import { kinds, places, sources, standings, useLedgerWords, wordOf } from './ledger-words';

/** The columns that the ledger can have. */
export function useColumns(): Column<AssetSummary>[] {
  const t = useLedgerWords();
  return [
    { id: 'name', header: t('column.name'), width: 136, sort: 'name', cell: (row) => <b>{row.name}</b> },
    { id: 'kind', header: t('column.kind'), width: 104, cell: (row) => wordOf(kinds, row.kind, (kind) => t(`kinds.${kind}`)) },
    { id: 'person', header: t('column.person'), width: 100, cell: (row) => row.person },
    { id: 'model', header: t('column.model'), width: '2fr', cell: (row) => [row.vendor, row.model].filter(Boolean).join(' ') },
    { id: 'os', header: t('column.os'), width: '2fr', sort: 'os_name', cell: (row) => [row.os_name, row.os_version].filter(Boolean).join(' ') },
    { id: 'ip', header: t('column.ip'), width: 124, cell: (row) => row.ip },
    { id: 'fullest', header: t('column.fullest'), width: 76, num: true, sort: 'fullest', chosen: false, cell: (row) => (row.disk_bytes > 0 ? t('percent', { percent: row.fullest }) : '') },
    { id: 'standing', header: t('column.standing'), width: 80, cell: (row) => wordOf(standings, row.standing, (standing) => t(`standings.${standing}`)) },
    { id: 'whereabouts', header: t('column.whereabouts'), width: 84, cell: (row) => row.office || wordOf(places, row.whereabouts, (place) => t(`places.${place}`)) },
    { id: 'seen', header: t('column.seen'), width: 100, sort: 'seen_at', cell: (row) => (row.unreachable_since ? <StateWord tone="open">{t('unreachable')}</StateWord> : <RelativeTime at={row.seen_at} />) },
    {
      id: 'updates',
      header: t('column.updates'),
      width: 128,
      num: true,
      chosen: false,
      cell: (row) => (row.updates === undefined || row.updates === null ? '' : t('waiting', { all: row.updates, security: row.security_updates ?? 0 })),
    },
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

/** The columns that are there when nobody has chosen. */
export const usual = ['name', 'kind', 'person', 'model', 'os', 'ip', 'standing', 'whereabouts', 'seen'];

/** The names of the columns in files: a file has the maker apart from the model, and the updates of security apart. */
export const inFile = (columns: readonly string[]): string => columns.flatMap((column) => (column === 'model' ? ['vendor', 'model'] : column === 'updates' ? ['updates', 'security_updates'] : [column])).join(',');
