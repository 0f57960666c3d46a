import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { Notice } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { NoticePanel } from './panel';

function useColumns(): Column<Notice>[] {
  const t = useWords('notices');
  return [
    { id: 'title', header: t('column.title'), width: '2fr', cell: (row) => <b>{row.title}</b> },
    { id: 'waiting', header: t('column.waiting'), width: 80, num: true, cell: (row) => row.delivery.waiting },
    { id: 'shown', header: t('column.shown'), width: 80, num: true, cell: (row) => row.delivery.shown },
    { id: 'closed', header: t('column.closed'), width: 88, num: true, cell: (row) => row.delivery.closed },
    { id: 'failed', header: t('column.failed'), width: 88, num: true, cell: (row) => row.delivery.failed },
    { id: 'created', header: t('column.created'), width: 128, cell: (row) => <RelativeTime at={row.created_at} /> },
    { id: 'by', header: t('column.by'), width: 120, cell: (row) => row.created_by },
    { id: 'expires', header: t('column.expires'), width: 120, cell: (row) => <RelativeTime at={row.expires_at} /> },
  ];
}

export default function Notices(): ReactNode {
  const t = useWords('notices');
  const client = useQueryClient();
  const [search, change] = useSearchState();
  const rows = useRows(
    ['notices'],
    (cursor) => answered(api.GET('/api/v1/notices', { params: { query: { cursor } } })),
    { refetchInterval: 15_000 },
  );
  const openId = search['open'];
  const notice = rows.items.find((row) => row.id === openId);
  return (
    <>
      <PageHead
        room="settings"
        title="notices:title"
        lead={t('lead')}
        acts={
          <Button
            icon="plus"
            onClick={() => {
              change({ open: 'new' });
            }}
          >
            {t('add')}
          </Button>
        }
      />
      <Split
        panel={
          openId === 'new' || notice ? (
            <NoticePanel
              key={openId}
              notice={notice ?? null}
              onClose={() => {
                change({ open: undefined }, { replace: true });
              }}
              onSent={async (sent) => {
                await client.invalidateQueries({ queryKey: ['notices'] });
                change({ open: sent.id }, { replace: true });
              }}
            />
          ) : null
        }
      >
        <DataTable
          id="notices"
          label={t('title')}
          columns={useColumns()}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.title}
          openId={openId}
          onOpen={(row) => {
            change({ open: row.id }, { replace: true });
          }}
          empty={<Empty>{t('none')}</Empty>}
        />
      </Split>
    </>
  );
}
