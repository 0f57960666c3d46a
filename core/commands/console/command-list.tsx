import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { Command } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { CommandPanel } from './panel';
import { CommandStateWord, commandStates, useCommandName } from './states';

function useColumns(oneEndpoint: boolean): Column<Command>[] {
  const t = useWords('commands');
  const name = useCommandName();
  const all: Column<Command>[] = [
    { id: 'name', header: t('column.name'), width: '2fr', cell: (row) => <b>{name(row.name)}</b> },
    { id: 'state', header: t('column.state'), width: 128, cell: (row) => <CommandStateWord state={row.state} /> },
    { id: 'endpoint', header: t('column.endpoint'), width: 140, cell: (row) => row.endpoint.hostname },
    { id: 'created', header: t('column.created'), width: 132, cell: (row) => <RelativeTime at={row.created_at} /> },
    { id: 'by', header: t('column.by'), width: 132, cell: (row) => row.created_by },
    { id: 'expires', header: t('column.expires'), width: 132, cell: (row) => <RelativeTime at={row.expires_at} /> },
  ];
  return oneEndpoint ? all.filter((column) => column.id !== 'endpoint') : all;
}

/** Commands newest first, with the way each has gone beside the list. */
export function CommandList({ endpoint }: { endpoint?: string }): ReactNode {
  const t = useWords('commands');
  const [search, change] = useSearchState();
  const filter = { endpoint, state: oneOf(commandStates, search['state']) };
  const rows = useRows(
    ['commands', filter],
    (cursor) => answered(api.GET('/api/v1/commands', { params: { query: { ...filter, cursor } } })),
    { refetchInterval: 5000 },
  );
  const name = useCommandName();
  const openId = search['command'];
  return (
    <Split
      panel={
        openId === undefined ? null : (
          <CommandPanel
            id={openId}
            onClose={() => {
              change({ command: undefined }, { replace: true });
            }}
          />
        )
      }
    >
      <DataTable
        id={endpoint === undefined ? 'commands' : 'endpoint-commands'}
        label={t('title')}
        columns={useColumns(endpoint !== undefined)}
        rows={rows}
        rowId={(row) => row.id}
        rowName={(row) => `${name(row.name)} ${row.endpoint.hostname}`}
        openId={openId}
        onOpen={(row) => {
          change({ command: row.id }, { replace: true });
        }}
        empty={<Empty>{t('none')}</Empty>}
      />
    </Split>
  );
}
