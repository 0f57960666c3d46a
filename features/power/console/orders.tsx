import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { PowerOrder } from '@shell/api/schema';
import { usePlace } from '@shell/session/session';
import { Section } from '@shell/ui/section';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { CommandStateWord } from '../../../core/commands/console/states';
import { usePowerWords } from './page-words';

function useOutcome(): (order: PowerOrder) => string {
  const p = usePowerWords();
  const { zone } = usePlace();
  return (order) => {
    if (order.error) return order.error;
    if (order.woken_at) {
      const time = new Date(order.woken_at).toLocaleTimeString('ja-JP', { timeZone: zone, hour: 'numeric', minute: '2-digit' });
      return p('woken', { time });
    }
    if (order.action === 'wake') {
      const via = order.neighbour ? p('via', { name: order.neighbour }) : '';
      return order.state === 'done' ? [via, p('woken_waits')].filter(Boolean).join(' · ') : via;
    }
    const by = (order.result as { by?: string } | null | undefined)?.by;
    return by === undefined ? '' : p(by === 'yagura' ? 'by_yagura' : 'by_somebody');
  };
}

function useColumns(): Column<PowerOrder>[] {
  const p = usePowerWords();
  const outcome = useOutcome();
  return [
    { id: 'endpoint', header: p('column.endpoint'), width: 148, cell: (row) => <b>{row.endpoint.hostname}</b> },
    { id: 'action', header: p('column.action'), width: 128, cell: (row) => p(`actions.${row.action}`) },
    { id: 'state', header: p('column.state'), width: 112, cell: (row) => <CommandStateWord state={row.state} /> },
    { id: 'result', header: p('column.result'), width: '2fr', cell: (row) => outcome(row) || <span className="dim">—</span> },
    { id: 'asked', header: p('column.asked'), width: 120, cell: (row) => <RelativeTime at={row.asked_at} /> },
    { id: 'by', header: p('column.by'), width: 120, cell: (row) => row.asked_by },
  ];
}

/** What was asked for and what came of it, newest first. */
export function PowerOrders({ endpoint }: { endpoint?: string }): ReactNode {
  const p = usePowerWords();
  const rows = useRows(
    ['power', endpoint ?? ''],
    (cursor) => answered(api.GET('/api/v1/power', { params: { query: { endpoint, cursor } } })),
    { refetchInterval: 5_000 },
  );
  return (
    <Section title={p('orders')}>
      <DataTable
        id="power"
        label={p('orders')}
        columns={useColumns()}
        rows={rows}
        rowId={(row) => row.command_id}
        rowName={(row) => row.endpoint.hostname}
        link={(row) => ({ to: '/commands', search: { command: row.command_id } })}
        empty={<Empty>{p('none')}</Empty>}
      />
    </Section>
  );
}
