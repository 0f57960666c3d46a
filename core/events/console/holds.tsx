import { useQueryClient } from '@tanstack/react-query';
import { useSearchState } from '@shell/address/use-search';
import { wholeRows } from '@shell/api/pages';
import type { Erasure, Hold } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Split } from '@shell/ui/panel';
import { Section, Stack } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { NewErasure } from './erasure-form';
import { ErasurePanel, ErasureState } from './erasure-panel';
import { NewHold } from './hold-form';
import { HoldPanel } from './hold-panel';
import { useScopeWords } from './scope-words';
import { erasuresKey, holdsKey, useErasures, useHolds } from './use-retention';

function useHoldColumns(): Column<Hold>[] {
  const t = useWords('events');
  const scope = useScopeWords();
  return [
    { id: 'name', header: t('holds.name'), width: '2fr', cell: (row) => <b>{row.name}</b> },
    {
      id: 'state',
      header: t('holds.state'),
      width: 104,
      cell: (row) => <StateWord tone={row.ended_at ? 'plain' : 'on'}>{t(row.ended_at ? 'holds.ended' : 'holds.holds')}</StateWord>,
    },
    { id: 'scope', header: t('holds.what'), width: '3fr', cell: (row) => scope(row) },
    { id: 'since', header: t('holds.made'), width: 128, cell: (row) => <RelativeTime at={row.created_at} /> },
  ];
}

function useErasureColumns(): Column<Erasure>[] {
  const t = useWords('events');
  return [
    { id: 'person', header: t('erase.person'), width: '2fr', cell: (row) => <b>{row.person_name}</b> },
    { id: 'state', header: t('holds.state'), width: 152, cell: (row) => <ErasureState erasure={row} /> },
    { id: 'reason', header: t('holds.reason'), width: '3fr', cell: (row) => row.reason },
    { id: 'asked', header: t('erase.asked'), width: 128, cell: (row) => <RelativeTime at={row.asked_at} /> },
  ];
}

export default function HoldsPage(): ReactNode {
  const t = useWords('events');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const [search, change] = useSearchState();
  const openId = search['open'];
  const holds = useHolds();
  const erasures = useErasures();
  const holdColumns = useHoldColumns();
  const erasureColumns = useErasureColumns();
  const open = (id: string | undefined): void => {
    change({ open: id }, { replace: id === undefined });
  };
  const close = (): void => {
    open(undefined);
  };
  const made = async (key: readonly string[], id: string): Promise<void> => {
    await client.invalidateQueries({ queryKey: key });
    open(id);
  };
  const add = (what: 'new-hold' | 'new-erasure', words: string): ReactNode =>
    mayWrite && (
      <Button
        small
        icon="plus"
        onClick={() => {
          open(what);
        }}
      >
        {words}
      </Button>
    );
  const hold = holds.data?.find((one) => one.id === openId);
  const erasure = erasures.data?.find((one) => one.id === openId);
  const panel = (): ReactNode => {
    if (hold) return <HoldPanel key={hold.id} hold={hold} onClose={close} />;
    if (erasure) return <ErasurePanel key={erasure.id} erasure={erasure} onClose={close} />;
    if (openId === 'new-hold' && mayWrite) return <NewHold onMade={(id) => made(holdsKey, id)} onClose={close} />;
    if (openId === 'new-erasure' && mayWrite) return <NewErasure onMade={(id) => made(erasuresKey, id)} onClose={close} />;
    return null;
  };
  return (
    <>
      <PageHead room="settings" title="events:holds.page" lead={t('holds.lead')} />
      <Split panel={panel()}>
        <Stack>
          <Section title={t('holds.title')} note={add('new-hold', t('holds.add'))}>
            <Await query={holds} lines={3}>
              {(items) => (
                <DataTable
                  id="holds"
                  label={t('holds.title')}
                  columns={holdColumns}
                  rows={wholeRows(items)}
                  rowId={(row) => row.id}
                  rowName={(row) => row.name}
                  openId={openId}
                  onOpen={(row) => {
                    open(row.id);
                  }}
                  empty={<Empty>{t('holds.none')}</Empty>}
                />
              )}
            </Await>
          </Section>
          <Section title={t('erase.title')} note={add('new-erasure', t('erase.add'))}>
            <Await query={erasures} lines={3}>
              {(items) => (
                <DataTable
                  id="erasures"
                  label={t('erase.title')}
                  columns={erasureColumns}
                  rows={wholeRows(items)}
                  rowId={(row) => row.id}
                  rowName={(row) => row.person_name}
                  openId={openId}
                  onOpen={(row) => {
                    open(row.id);
                  }}
                  empty={<Empty>{t('erase.none')}</Empty>}
                />
              )}
            </Await>
          </Section>
        </Stack>
      </Split>
    </>
  );
}
