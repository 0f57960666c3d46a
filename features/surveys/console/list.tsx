import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { SurveyItem } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { surveysKey } from './queries';
import { SurveyStateWord } from './states';

function useColumns(): Column<SurveyItem>[] {
  const t = useWords('surveys');
  return [
    { id: 'title', header: t('column.title'), width: '2fr', cell: (row) => <b>{row.title}</b> },
    { id: 'state', header: t('column.state'), width: 128, cell: (row) => <SurveyStateWord survey={row} /> },
    {
      id: 'answered',
      header: t('column.answered'),
      width: 128,
      num: true,
      cell: (row) => (row.state === 'draft' || row.state === 'planned' ? '—' : t('answered_of', { answered: row.answered, asked: row.asked })),
    },
    { id: 'ends', header: t('column.ends'), width: 128, cell: (row) => <RelativeTime at={row.ends_at} /> },
    { id: 'kind', header: t('column.kind'), width: 112, cell: (row) => t(row.anonymous ? 'anonymous' : 'named') },
    { id: 'by', header: t('column.by'), width: 128, cell: (row) => row.created_by },
    { id: 'changed', header: t('column.changed'), width: 128, cell: (row) => <RelativeTime at={row.changed_at} />, chosen: false },
  ];
}

export default function Surveys(): ReactNode {
  const t = useWords('surveys');
  const mayWrite = useCan('surveys.write');
  const rows = useRows(surveysKey, (cursor) => answered(api.GET('/api/v1/surveys', { params: { query: { cursor } } })), { refetchInterval: 30_000 });
  const add = mayWrite ? (
    <LinkButton to="/surveys/new" icon="plus">
      {t('add')}
    </LinkButton>
  ) : undefined;
  return (
    <>
      <PageHead room="people" title="surveys:title" lead={t('lead')} acts={add} />
      <DataTable
        id="surveys"
        label={t('title')}
        columns={useColumns()}
        rows={rows}
        rowId={(row) => row.id}
        rowName={(row) => row.title}
        link={(row) => ({ to: `/surveys/${row.id}` })}
        empty={<Empty act={add}>{t('none')}</Empty>}
      />
    </>
  );
}
