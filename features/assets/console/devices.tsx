import { Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { DeviceSummary } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { pathWords } from '@shell/pick/groups';
import { SearchField } from '@shell/pick/search-field';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Filters } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { SidePanel, Split } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, type ReactNode } from 'react';
import { Credentials } from './device-credentials';
import { Discover } from './device-discovery';
import { NewDevice } from './device-forms';
import { Device, DeviceState } from './device-panel';
import { Levels } from './device-parts';
import { every, states, useDeviceWords } from './devices-words';

const key = ['assets', 'devices'] as const;

function useColumns(): Column<DeviceSummary>[] {
  const t = useDeviceWords();
  return [
    { id: 'name', header: t('column.name'), width: '2fr', cell: (row) => <b>{row.name || row.host}</b> },
    { id: 'state', header: t('column.state'), width: 148, cell: (row) => <DeviceState state={row.state} /> },
    { id: 'host', header: t('host'), width: 132, cell: (row) => row.host },
    { id: 'model', header: t('column.model'), width: '2fr', cell: (row) => [row.vendor, row.model].filter(Boolean).join(' ') },
    { id: 'toner', header: t('column.toner'), width: 116, cell: (row) => <Levels printer={row.printer} /> },
    { id: 'pages', header: t('column.pages'), width: 92, num: true, cell: (row) => row.printer?.pages?.toLocaleString('ja') ?? '' },
    { id: 'location', header: t('column.location'), width: '1fr', cell: (row) => row.location },
    { id: 'answered', header: t('column.answered'), width: 116, cell: (row) => <RelativeTime at={row.answered_at} /> },
    { id: 'group', header: t('column.group'), width: '1fr', chosen: false, cell: (row) => pathWords({ name: row.group_path, path: row.group_path }) },
    { id: 'interval', header: t('column.interval'), width: 88, chosen: false, cell: (row) => every(row.interval_s, t) },
    { id: 'credential', header: t('column.credential'), width: 132, chosen: false, cell: (row) => row.credential_name },
  ];
}

/** Devices without an agent, which the server asks. */
export default function Devices(): ReactNode {
  const t = useDeviceWords();
  const client = useQueryClient();
  const mayWrite = useCan('assets.write');
  const [search, change] = useSearchState();
  const filter = { q: search['q'], state: oneOf(states, search['state']) };
  const rows = useRows([...key, filter], (cursor) => answered(api.GET('/api/v1/assets/devices', { params: { query: { ...filter, cursor } } })), { refetchInterval: 30_000 });
  const open = search['open'];
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: key });
  const show = (next: string | undefined): void => {
    change({ open: next }, { replace: true });
  };
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const one = rows.items.find((row) => row.id === open);
  const panels: Record<string, { title: string; body: ReactNode }> = {
    new: {
      title: t('add'),
      body: (
        <NewDevice
          onMade={async (made) => {
            await refresh();
            show(made.id);
          }}
        />
      ),
    },
    discover: { title: t('discover'), body: <Discover /> },
    credentials: { title: t('credentials'), body: <Credentials /> },
  };
  const panel = open === undefined ? undefined : panels[open];
  const close = (): void => {
    show(undefined);
  };
  return (
    <>
      <PageHead
        room="assets"
        title="assets:devices"
        lead={t('lead')}
        acts={
          mayWrite && (
            <Acts>
              <Button
                onClick={() => {
                  show('credentials');
                }}
              >
                {t('credentials')}
              </Button>
              <Button
                onClick={() => {
                  show('discover');
                }}
              >
                {t('discover')}
              </Button>
              <Button
                icon="plus"
                onClick={() => {
                  show('new');
                }}
              >
                {t('add')}
              </Button>
            </Acts>
          )
        }
      />
      <Filters>
        <SearchField label={t('find')} value={filter.q ?? ''} onChange={setText} />
        <Select
          aria-label={t('state')}
          placeholder={t('state')}
          clearable
          data={states.map((state) => ({ value: state, label: t(`states.${state}`) }))}
          value={filter.state ?? null}
          onChange={(state) => {
            change({ state: state ?? undefined });
          }}
        />
      </Filters>
      <Split
        panel={
          panel ? (
            <SidePanel key={open} label={panel.title} title={panel.title} onClose={close}>
              {panel.body}
            </SidePanel>
          ) : one ? (
            <SidePanel key={open} label={t('column.name')} title={one.name || one.host} onClose={close}>
              <Device
                id={one.id}
                onGone={() => {
                  show(undefined);
                  void refresh();
                }}
              />
            </SidePanel>
          ) : null
        }
      >
        <DataTable
          id="devices"
          label={t('list')}
          columns={useColumns()}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.name || row.host}
          openId={open}
          onOpen={(row) => {
            show(row.id);
          }}
          empty={<Empty>{filter.q || filter.state ? t('none_match') : t('none')}</Empty>}
        />
      </Split>
    </>
  );
}
