import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { EventView } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { PageHead } from '@shell/ui/page';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RowTime } from '@shell/ui/time';
import type { ReactNode } from 'react';

function useColumns(): Column<EventView>[] {
  const t = useWords('people');
  const kinds = useLooseWords('events');
  return [
    { id: 'occurred', header: t('mine.occurred'), width: 120, cell: (row, above) => <RowTime at={row.occurred_at} above={above?.occurred_at} /> },
    { id: 'kind', header: t('mine.kind'), width: 128, cell: (row) => kinds(`kinds.${row.kind}`, row.kind) },
    { id: 'subject', header: t('mine.subject'), width: '1fr', cell: (row) => row.subject ?? row.command_line ?? row.image ?? '' },
    { id: 'endpoint', header: t('mine.endpoint'), width: 140, cell: (row) => row.hostname },
    {
      id: 'level',
      header: t('mine.level'),
      width: 200,
      cell: (row) => (row.level === 'recorded' ? <span className="dim">—</span> : `${kinds(`level.${row.level}`, row.level)} ${row.rule ?? ''}`),
    },
  ];
}

/** The very rows that others may see about this person, newest first. */
export default function MyEvents(): ReactNode {
  const t = useWords('people');
  const kinds = useLooseWords('events');
  const rows = useRows(['me-events'], (cursor) => answered(api.GET('/api/v1/me/events', { params: { query: { cursor } } })));
  return (
    <>
      <PageHead room="me" title="people:mine.title" lead={t('mine.lead')} />
      <DataTable
        id="my-events"
        label={t('mine.title')}
        rowHeight={30}
        columns={useColumns()}
        rows={rows}
        rowId={(row) => row.id}
        rowName={(row) => kinds(`kinds.${row.kind}`, row.kind)}
        empty={<Empty>{t('mine.none')}</Empty>}
      />
    </>
  );
}
