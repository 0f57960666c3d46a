import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { EndpointSummary, EnrolmentToken, CreatedEnrolmentToken } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { pathWords } from '@shell/pick/groups';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Split } from '@shell/ui/panel';
import { Section, Stack } from '@shell/ui/section';
import { Empty, Skeleton } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { Approve } from './approve';
import css from './sensors.module.css';
import { EnrolmentPanel } from './enrolment-panel';

/** Machines that knocked with a token that asks for approval. */
function Waiting({ items }: { items: EndpointSummary[] }): ReactNode {
  const t = useWords('endpoints');
  const marks = useMarks();
  const mayApprove = useCan('endpoints.write');
  if (items.length === 0) return null;
  return (
    <Section title={t('enrolment.waiting')} note={t('enrolment.waiting_note')}>
      <ul className={css['sensors']}>
        {items.map((endpoint) => (
          <li key={endpoint.id}>
            <StateWord tone="open">{t('state.pending')}</StateWord>
            <div>
              <p>
                <Go className="t" to={`/endpoints/${endpoint.id}`}>
                  {endpoint.hostname}
                </Go>
              </p>
              <p className="sm sub">
                {marks.facts([endpoint.os_name, endpoint.ip])} <RelativeTime at={endpoint.last_seen} />
              </p>
            </div>
            {mayApprove && <Approve small id={endpoint.id} name={endpoint.hostname} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function useColumns(): Column<EnrolmentToken>[] {
  const t = useWords('endpoints');
  return [
    { id: 'label', header: t('enrolment.label'), width: '2fr', cell: (row) => row.label },
    {
      id: 'state',
      header: t('list.state'),
      width: 104,
      cell: (row) => (
        <StateWord tone={row.state === 'active' ? 'on' : 'plain'}>{t(`enrolment.state.${row.state}`)}</StateWord>
      ),
    },
    { id: 'group', header: t('list.group'), width: '2fr', cell: (row) => pathWords(row.group) },
    {
      id: 'uses',
      header: t('enrolment.uses'),
      width: 96,
      num: true,
      cell: (row) => `${String(row.uses)} / ${String(row.max_uses ?? '∞')}`,
    },
    {
      id: 'approval',
      header: t('enrolment.approval'),
      width: 96,
      cell: (row) => t(row.needs_approval ? 'enrolment.approval_yes' : 'enrolment.approval_no'),
    },
    { id: 'expires', header: t('enrolment.expires'), width: 112, cell: (row) => <RelativeTime at={row.expires_at} /> },
    { id: 'created', header: t('enrolment.created'), width: 112, cell: (row) => <RelativeTime at={row.created_at} /> },
    { id: 'by', header: t('enrolment.by'), width: 112, cell: (row) => row.created_by },
  ];
}

function Page({ waiting }: { waiting: EndpointSummary[] }): ReactNode {
  const t = useWords('endpoints');
  const client = useQueryClient();
  const [search, change] = useSearchState();
  const [made, setMade] = useState<CreatedEnrolmentToken | null>(null);
  const rows = useRows(['enrolment-tokens'], () => answered(api.GET('/api/v1/enrolment-tokens')));
  const open = search['open'];
  const token = rows.items.find((row) => row.id === open);
  const close = (): void => {
    setMade(null);
    change({ open: undefined }, { replace: true });
  };
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['enrolment-tokens'] });
  return (
    <>
      <PageHead
        room="settings"
        title="endpoints:enrolment.title"
        lead={t('enrolment.lead')}
        acts={
          <Button
            icon="plus"
            onClick={() => {
              setMade(null);
              change({ open: 'new' });
            }}
          >
            {t('enrolment.add')}
          </Button>
        }
      />
      <Stack>
        <Waiting items={waiting} />
        <Split
          panel={
            open === 'new' || token ? (
              <EnrolmentPanel
                key={open}
                token={token ?? null}
                made={made}
                onMade={(created) => {
                  setMade(created);
                  void refresh();
                }}
                onChanged={refresh}
                onClose={close}
              />
            ) : null
          }
        >
          <DataTable
            id="enrolment"
            label={t('enrolment.title')}
            columns={useColumns()}
            rows={rows}
            rowId={(row) => row.id}
            rowName={(row) => row.label}
            openId={open}
            onOpen={(row) => {
              setMade(null);
              change({ open: row.id }, { replace: true });
            }}
            empty={<Empty>{t('enrolment.none')}</Empty>}
          />
        </Split>
      </Stack>
    </>
  );
}

/** Both at once: who waits stands above the tokens and must not push them down a moment later. */
export default function Enrolment(): ReactNode {
  const pending = useQuery({
    queryKey: ['endpoints-few', { state: 'pending', all: true }],
    queryFn: () => answered(api.GET('/api/v1/endpoints', { params: { query: { state: 'pending', limit: 50 } } })),
    refetchInterval: 15_000,
  });
  return pending.isPending ? <Skeleton lines={14} height={36} /> : <Page waiting={pending.data?.items ?? []} />;
}
