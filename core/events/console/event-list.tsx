import { Switch } from '@mantine/core';
import { useSearchState, type Changes } from '@shell/address/use-search';
import type { Search } from '@shell/address/query-string';
import type { EventView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { Button } from '@shell/ui/button';
import { FilterChips, type Chip } from '@shell/ui/chips';
import { Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RowTime } from '@shell/ui/time';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { names } from './filter';
import { FourWords } from './four-words';
import { EventPanel } from './panel';
import { Account, LevelIcon, Subject, useKindWord } from './row-cells';
import { useEvents } from './use-events';

function useColumns(wanted: string, oneEndpoint: boolean): Column<EventView>[] {
  const t = useWords('events');
  const kind = useKindWord();
  const all: Column<EventView>[] = [
    {
      id: 'occurred',
      header: t('column.occurred'),
      width: 132,
      cell: (row, above) => <RowTime at={row.occurred_at} above={above?.occurred_at} />,
    },
    { id: 'level', header: t('column.level'), quiet: true, width: 30, cell: (row) => <LevelIcon level={row.level} /> },
    { id: 'user', header: t('column.user'), width: 108, cell: (row) => <Account name={row.user} /> },
    { id: 'endpoint', header: t('column.endpoint'), width: 116, cell: (row) => row.hostname },
    { id: 'kind', header: t('column.kind'), width: 156, cell: (row) => kind(row.kind) },
    { id: 'subject', header: t('column.subject'), width: '3fr', cell: (row) => <Subject row={row} wanted={wanted} /> },
    { id: 'image', header: t('column.image'), width: 160, chosen: false, cell: (row) => row.image ?? '' },
    { id: 'received', header: t('column.received'), width: 132, chosen: false, cell: (row) => <RowTime at={row.received_at} /> },
  ];
  return oneEndpoint ? all.filter((column) => column.id !== 'endpoint') : all;
}

/** Conditions that the four words do not show. */
function useChips(search: Search): Chip[] {
  const t = useWords('events');
  return (['image', 'process_guid', 'hash'] as const).flatMap((name) => {
    const value = search[name];
    return value === undefined ? [] : [{ name, label: t(`chip.${name}`), value: value.length > 24 ? `${value.slice(0, 24)}…` : value }];
  });
}

/** The records with their conditions, the list and the opened row; whole, or for one endpoint. */
export function EventList({ endpoint }: { endpoint?: string }): ReactNode {
  const t = useWords('events');
  const [address, change] = useSearchState();
  const search = endpoint === undefined ? address : { ...address, endpoint };
  const [follow, setFollow] = useState(false);
  const { rows, fresh, take } = useEvents(search, true);
  const openId = search['event'];
  const at = rows.items.findIndex((row) => row.id === openId);
  const open = rows.items[at];
  const chips = useChips(search);
  const kind = useKindWord();

  useEffect(() => {
    // Only at the very top and with nothing open do new rows come by themselves: nothing anyone looks at moves.
    if (follow && fresh.length > 0 && window.scrollY < 4 && openId === undefined) take();
  });
  const narrow = (changes: Changes): void => {
    change('event' in changes ? changes : { ...changes, event: undefined }, { replace: 'event' in changes });
  };
  const setText = useCallback(
    (text: string) => {
      change({ text: text || undefined, event: undefined }, { replace: true });
    },
    [change],
  );
  const neighbour = (step: number): (() => void) | undefined => {
    const row = at < 0 ? undefined : rows.items[at + step];
    return row
      ? () => {
          change({ event: row.id }, { replace: true });
        }
      : undefined;
  };
  const clear = (): void => {
    change(Object.fromEntries([...names, 'event'].map((name) => [name, undefined])));
  };
  return (
    <>
      <SearchField label={t('find')} value={search['text'] ?? ''} onChange={setText} />
      <FourWords search={search} change={narrow} fixedEndpoint={endpoint !== undefined} />
      <FilterChips
        chips={chips}
        onRemove={(name) => {
          change({ [name]: undefined });
        }}
        onClear={clear}
      />
      <Split
        panel={
          openId === undefined ? null : (
            <EventPanel
              id={openId}
              known={open}
              change={narrow}
              onClose={() => {
                change({ event: undefined }, { replace: true });
              }}
              onBefore={neighbour(-1)}
              onAfter={neighbour(1)}
            />
          )
        }
      >
        <DataTable
          id={endpoint === undefined ? 'events' : 'endpoint-events'}
          label={t('title')}
          rowHeight={30}
          columns={useColumns(search['text'] ?? '', endpoint !== undefined)}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => `${row.occurred_at} ${kind(row.kind)} ${row.subject ?? ''}`}
          openId={openId}
          onOpen={(row) => {
            change({ event: row.id }, { replace: true });
          }}
          tools={
            <>
              <span role="status">
                {fresh.length > 0 && (
                  <Button
                    small
                    icon="refresh"
                    onClick={() => {
                      take();
                      window.scrollTo({ top: 0 });
                    }}
                  >
                    {t('fresh', { count: fresh.length })}
                  </Button>
                )}
              </span>
              <Switch
                label={t('follow')}
                checked={follow}
                onChange={(event) => {
                  setFollow(event.currentTarget.checked);
                }}
              />
            </>
          }
          empty={
            <Empty
              act={
                <button type="button" className="t" onClick={clear}>
                  {t('clear')}
                </button>
              }
            >
              {t('none')}
            </Empty>
          }
        />
      </Split>
    </>
  );
}
