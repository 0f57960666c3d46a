import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { GrantView } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { GrantPanel } from './grant-panel';
import { useFeatureTitle } from './queries';

const tones: Record<GrantView['state'], Tone> = { waiting: 'half', active: 'on', expired: 'plain', revoked: 'plain' };

function useColumns(): Column<GrantView>[] {
  const t = useWords('policy');
  const title = useFeatureTitle();
  return [
    { id: 'scope', header: t('grants.scope'), width: '2fr', cell: (row) => <b>{row.scope_label}</b> },
    { id: 'state', header: t('grants.state_word'), width: 104, cell: (row) => <StateWord tone={tones[row.state]}>{t(`grants.state.${row.state}`)}</StateWord> },
    { id: 'feature', header: t('grants.feature'), width: 140, cell: (row) => title(row.feature) },
    { id: 'reason', header: t('grants.reason'), width: '3fr', cell: (row) => row.reason },
    { id: 'starts', header: t('grants.starts'), width: 120, chosen: false, cell: (row) => <RelativeTime at={row.starts_at} /> },
    { id: 'expires', header: t('grants.expires'), width: 120, cell: (row) => <RelativeTime at={row.expires_at} /> },
    { id: 'by', header: t('grants.by'), width: 120, cell: (row) => row.created_by },
  ];
}

export default function Grants(): ReactNode {
  const t = useWords('policy');
  const client = useQueryClient();
  const mayWrite = useCan('policies.write');
  const [search, change] = useSearchState();
  const filter = { feature: search['feature'], endpoint: search['endpoint'] };
  const rows = useRows(['grants', filter], () => answered(api.GET('/api/v1/grants', { params: { query: filter } })));
  const openId = search['open'];
  const grant = rows.items.find((row) => row.id === openId);
  return (
    <>
      <PageHead
        room="rules"
        title="policy:grants.title"
        lead={t('grants.lead')}
        acts={
          mayWrite ? (
            <Button
              icon="plus"
              onClick={() => {
                change({ open: 'new' });
              }}
            >
              {t('grants.add')}
            </Button>
          ) : undefined
        }
      />
      <Split
        panel={
          openId === 'new' || grant ? (
            <GrantPanel
              key={openId}
              grant={grant ?? null}
              readOnly={!mayWrite}
              onClose={() => {
                change({ open: undefined }, { replace: true });
              }}
              onChanged={async (changed) => {
                await client.invalidateQueries({ queryKey: ['grants'] });
                change({ open: changed.id }, { replace: true });
              }}
            />
          ) : null
        }
      >
        <DataTable
          id="grants"
          label={t('grants.title')}
          columns={useColumns()}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.scope_label}
          openId={openId}
          onOpen={(row) => {
            change({ open: row.id }, { replace: true });
          }}
          empty={<Empty>{t('grants.none')}</Empty>}
        />
      </Split>
    </>
  );
}
