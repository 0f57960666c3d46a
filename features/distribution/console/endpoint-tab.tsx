import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { EndpointDetail, RolloutPart } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Section } from '@shell/ui/section';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import type { ReactNode } from 'react';
import { usePartColumns } from './parts';

/** What was done to an endpoint by rollouts, newest first. */
export default function EndpointDistribution({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('distribution');
  const rows = useRows(
    ['distribution', 'endpoint', endpoint.id],
    (cursor) => answered(api.GET('/api/v1/distribution/parts', { params: { query: { endpoint: endpoint.id, cursor } } })),
    { refetchInterval: 10_000 },
  );
  const columns: Column<RolloutPart>[] = [{ id: 'rollout', header: t('part_column.rollout'), width: '2fr', cell: (row) => <b>{row.rollout_name}</b> }, ...usePartColumns()];
  return (
    <Section title={t('tab.title')}>
      <DataTable
        id="endpoint-rollouts"
        label={t('tab.title')}
        columns={columns}
        rows={rows}
        rowId={(row) => row.rollout_id}
        rowName={(row) => row.rollout_name}
        link={(row) => ({ to: `/distribution/${row.rollout_id}`, search: { open: row.endpoint_id } })}
        empty={<Empty>{t('tab.none')}</Empty>}
      />
    </Section>
  );
}
