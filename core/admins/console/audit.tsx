import { Select, TextInput } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { AuditItem } from '@shell/api/schema';
import { useSearchState, type Changes } from '@shell/address/use-search';
import { useLooseWords, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { SearchField } from '@shell/pick/search-field';
import { usePlace } from '@shell/session/session';
import { fromLocalInput, toLocalInput } from '@shell/time';
import { differences } from '@shell/ui/diff';
import { FilterChips, type Chip } from '@shell/ui/chips';
import { Filters, Range } from '@shell/ui/filters';
import { JsonDiff } from '@shell/ui/json-diff';
import { PageHead } from '@shell/ui/page';
import { SidePanel, Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { ExactTime, RowTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import { useCallback, type ReactNode } from 'react';
import words from './pages.ja.json';

/** Every action that has a name, as the server writes it: `admin.create`. */
const actions = Object.entries(words.audit.actions).flatMap(([object, acts]) => Object.keys(acts).map((act) => `${object}.${act}`));

function useColumns(): Column<AuditItem>[] {
  const t = useWords('admins');
  const loose = useLooseWords('admins');
  return [
    { id: 'at', header: t('audit.at'), width: 132, cell: (row, above) => <RowTime at={row.at} above={above?.at} /> },
    { id: 'actor', header: t('audit.actor'), width: 128, cell: (row) => loose(`audit.actors.${row.actor}`, row.actor) },
    { id: 'action', header: t('audit.action'), width: 176, cell: (row) => loose(`audit.actions.${row.action}`, row.action) },
    { id: 'kind', header: t('audit.kind'), width: 128, cell: (row) => loose(`audit.kinds.${row.object_kind}`, row.object_kind) },
    { id: 'object', header: t('audit.object'), width: '2fr', cell: (row) => loose(`audit.objects.${row.object_label}`, row.object_label) },
    { id: 'purpose', header: t('audit.purpose'), width: '2fr', chosen: false, cell: (row) => row.purpose ?? '—' },
    { id: 'ip', header: 'IP', width: 128, cell: (row) => row.ip ?? '—' },
  ];
}

function AuditPanel({ row, onClose, onNarrow }: { row: AuditItem; onClose: () => void; onNarrow: (changes: Changes) => void }): ReactNode {
  const t = useWords('admins');
  const loose = useLooseWords('admins');
  const marks = useMarks();
  const diff = differences(row.before ?? {}, row.after ?? {});
  const narrow = (words: string, what: string, changes: Changes): ReactNode => (
    <button
      type="button"
      className="t wrap"
      title={what}
      onClick={() => {
        onNarrow(changes);
      }}
    >
      {words}
    </button>
  );
  return (
    <SidePanel label={t('audit.panel')} title={`${loose(`audit.actions.${row.action}`, row.action)}${marks.quoted(row.object_label)}`} onClose={onClose}>
      <KeyValues
        facts={[
          { label: t('audit.at'), value: <ExactTime at={row.at} /> },
          { label: t('audit.actor'), value: narrow(loose(`audit.actors.${row.actor}`, row.actor), t('audit.only_actor'), { actor: row.actor }) },
          { label: 'IP', value: row.ip },
          { label: t('audit.object'), value: narrow(`${loose(`audit.kinds.${row.object_kind}`, row.object_kind)} ${row.object_id}`, t('audit.only_object'), { object: row.object_id }) },
          { label: t('audit.purpose'), value: row.purpose },
        ]}
      />
      <br />
      {diff.length > 0 && <JsonDiff diff={diff} />}
    </SidePanel>
  );
}

/** Who changed what, and who read people's records for what purpose. Nothing here can be changed. */
export default function Audit(): ReactNode {
  const t = useWords('admins');
  const { zone } = usePlace();
  const [search, change] = useSearchState();
  const filter = { actor: search['actor'], action: search['action'], object: search['object'], since: search['since'], until: search['until'] };
  const rows = useRows(['audit', filter], (cursor) =>
    answered(api.GET('/api/v1/audit', { params: { query: { ...filter, cursor } } })),
  );
  const open = rows.items.find((row) => row.id === search['open']);
  const loose = useLooseWords('admins');
  const chips: Chip[] = (['actor', 'object', 'action'] as const).flatMap((name) => {
    const value = filter[name];
    if (value === undefined) return [];
    return [{ name, label: t(`audit.${name}`), value: name === 'action' ? loose(`audit.actions.${value}`, value) : value }];
  });
  const setActor = useCallback(
    (actor: string) => {
      change({ actor: actor || undefined, open: undefined }, { replace: true });
    },
    [change],
  );
  const when = (name: 'since' | 'until'): ReactNode => {
    const given = search[name];
    return (
      <TextInput
        type="datetime-local"
        aria-label={t(`audit.${name}`)}
        title={t(`audit.${name}`)}
        value={given === undefined ? '' : toLocalInput(Date.parse(given), zone)}
        onChange={(event) => {
          const ms = fromLocalInput(event.currentTarget.value, zone);
          change({ [name]: ms === null ? undefined : new Date(ms).toISOString() });
        }}
      />
    );
  };
  return (
    <>
      <PageHead room="settings" title="admins:audit.title" lead={t('audit.lead')} />
      <Filters>
        <SearchField label={t('audit.find_actor')} value={filter.actor ?? ''} onChange={setActor} />
        <Select
          aria-label={t('audit.action')}
          placeholder={t('audit.action')}
          searchable
          clearable
          data={actions.map((action) => ({ value: action, label: loose(`audit.actions.${action}`, action) }))}
          value={filter.action ?? null}
          onChange={(action) => {
            change({ action: action ?? undefined, open: undefined });
          }}
        />
        <Range from={when('since')} to={when('until')} />
      </Filters>
      <FilterChips
        chips={chips}
        onRemove={(name) => {
          change({ [name]: undefined });
        }}
        onClear={() => {
          change({ actor: undefined, object: undefined, action: undefined });
        }}
      />
      <Split
        panel={
          open ? (
            <AuditPanel
              row={open}
              onNarrow={change}
              onClose={() => {
                change({ open: undefined }, { replace: true });
              }}
            />
          ) : null
        }
      >
        <DataTable
          id="audit"
          label={t('audit.title')}
          rowHeight={30}
          columns={useColumns()}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => `${row.actor} ${loose(`audit.actions.${row.action}`, row.action)} ${row.object_label}`}
          openId={search['open']}
          onOpen={(row) => {
            change({ open: row.id }, { replace: true });
          }}
          empty={<Empty>{t('audit.none')}</Empty>}
        />
      </Split>
    </>
  );
}
