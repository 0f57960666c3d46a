import { TextInput } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { AuditRow } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useLooseWords, useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { usePlace } from '@shell/session/session';
import { fromLocalInput, toLocalInput } from '@shell/time';
import { differences } from '@shell/ui/diff';
import { Filters } from '@shell/ui/filters';
import { JsonDiff } from '@shell/ui/json-diff';
import { PageHead } from '@shell/ui/page';
import { SidePanel, Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { ExactTime, RowTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import { useCallback, type ReactNode } from 'react';

function useColumns(): Column<AuditRow>[] {
  const t = useWords('admins');
  const loose = useLooseWords('admins');
  return [
    { id: 'at', header: t('audit.at'), width: 132, cell: (row, above) => <RowTime at={row.at} above={above?.at} /> },
    { id: 'actor', header: t('audit.actor'), width: 128, cell: (row) => row.actor },
    { id: 'action', header: t('audit.action'), width: 176, cell: (row) => loose(`audit.actions.${row.action}`, row.action) },
    { id: 'kind', header: t('audit.kind'), width: 128, cell: (row) => loose(`audit.kinds.${row.object_kind}`, row.object_kind) },
    { id: 'object', header: t('audit.object'), width: '2fr', cell: (row) => row.object_label },
    { id: 'purpose', header: t('audit.purpose'), width: '2fr', chosen: false, cell: (row) => row.purpose ?? '—' },
    { id: 'ip', header: 'IP', width: 128, cell: (row) => row.ip ?? '—' },
  ];
}

function AuditPanel({ row, onClose }: { row: AuditRow; onClose: () => void }): ReactNode {
  const t = useWords('admins');
  const loose = useLooseWords('admins');
  const diff = differences(row.before ?? {}, row.after ?? {});
  return (
    <SidePanel label={t('audit.panel')} title={`${loose(`audit.actions.${row.action}`, row.action)}「${row.object_label}」`} onClose={onClose}>
      <KeyValues
        facts={[
          { label: t('audit.at'), value: <ExactTime at={row.at} /> },
          { label: t('audit.actor'), value: row.actor },
          { label: 'IP', value: row.ip },
          { label: t('audit.action'), value: row.action },
          { label: t('audit.object'), value: `${row.object_kind} ${row.object_id}` },
          { label: t('audit.purpose'), value: row.purpose },
        ]}
      />
      <br />
      <JsonDiff diff={diff} />
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
  const setObject = useCallback(
    (object: string) => {
      change({ object: object || undefined, open: undefined }, { replace: true });
    },
    [change],
  );
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
        <SearchField label={t('audit.find_object')} value={filter.object ?? ''} onChange={setObject} />
        <SearchField label={t('audit.find_actor')} value={filter.actor ?? ''} onChange={setActor} />
        {when('since')}
        {when('until')}
      </Filters>
      <Split
        panel={
          open ? (
            <AuditPanel
              row={open}
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
          rowName={(row) => `${row.actor} ${row.action} ${row.object_label}`}
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
