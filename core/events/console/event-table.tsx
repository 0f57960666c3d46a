import { Switch } from '@mantine/core';
import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import type { Changes } from '@shell/address/use-search';
import type { Search } from '@shell/address/query-string';
import type { EventPage, EventView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { exact } from '@shell/time';
import { Button } from '@shell/ui/button';
import { bytes } from '@shell/ui/bytes';
import { Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RowTime } from '@shell/ui/time';
import { useEffect, useState, type ReactNode } from 'react';
import { filterKey } from './filter';
import { EventPanel } from './panel';
import { Account, LevelIcon, Subject, useKindWord } from './row-cells';
import type { LiveRows } from './use-events';

function useColumns(wanted: string, oneEndpoint: boolean): Column<EventView>[] {
  const t = useWords('events');
  const kind = useKindWord();
  const more = (id: 'target' | 'command' | 'rule' | 'remote', width: number, value: (row: EventView) => ReactNode): Column<EventView> => ({
    id,
    header: t(`column.${id}`),
    width,
    chosen: false,
    cell: value,
  });
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
    more('target', 180, (row) => row.target ?? ''),
    more('command', 220, (row) => row.command_line ?? ''),
    more('rule', 140, (row) => row.rule ?? ''),
    more('remote', 140, (row) => row.remote_host ?? row.remote_ip ?? ''),
    {
      id: 'bytes',
      header: t('column.bytes'),
      width: 88,
      num: true,
      chosen: false,
      cell: (row) => (typeof row.bytes === 'number' ? bytes(row.bytes) : ''),
    },
    { id: 'received', header: t('column.received'), width: 132, chosen: false, cell: (row) => <RowTime at={row.received_at} /> },
  ];
  return oneEndpoint ? all.filter((column) => column.id !== 'endpoint') : all;
}

/** How far a long search has got, where it stopped on its way. */
function useReached(search: Search): number | undefined {
  const client = useQueryClient();
  const data = client.getQueryData<InfiniteData<EventPage>>(['events', filterKey(search)]);
  const reached = data?.pages.at(-1)?.searched_down_to;
  return typeof reached === 'string' ? Date.parse(reached) : undefined;
}

interface Props {
  id: string;
  search: Search;
  events: LiveRows;
  /** The text that is marked in the rows. */
  wanted: string;
  oneEndpoint?: boolean;
  openId: string | undefined;
  onOpen: (id: string | undefined) => void;
  /** Another condition, from the opened row. */
  narrow: (changes: Changes) => void;
  clear: () => void;
  tools?: ReactNode;
}

/** The records of a condition as a list, with the opened one beside it. */
export function EventTable({ id, search, events, wanted, oneEndpoint = false, openId, onOpen, narrow, clear, tools }: Props): ReactNode {
  const t = useWords('events');
  const kind = useKindWord();
  const place = usePlace();
  const [follow, setFollow] = useState(false);
  const { rows, fresh, take } = events;
  const reached = useReached(search);
  const at = rows.items.findIndex((row) => row.id === openId);
  const open = rows.items[at];

  useEffect(() => {
    // Only at the very top and with nothing open do new rows come by themselves: nothing anyone looks at moves.
    if (follow && fresh.length > 0 && window.scrollY < 4 && openId === undefined) take();
  });
  const neighbour = (step: number): (() => void) | undefined => {
    const row = at < 0 ? undefined : rows.items[at + step];
    return row
      ? () => {
          onOpen(row.id);
        }
      : undefined;
  };
  return (
    <Split
      panel={
        openId === undefined ? null : (
          <EventPanel
            id={openId}
            known={open}
            change={(changes) => {
              if ('event' in changes) onOpen(changes['event']);
              else narrow(changes);
            }}
            onClose={() => {
              onOpen(undefined);
            }}
            onBefore={neighbour(-1)}
            onAfter={neighbour(1)}
          />
        )
      }
    >
      <DataTable
        id={id}
        label={t('title')}
        rowHeight={30}
        columns={useColumns(wanted, oneEndpoint)}
        rows={rows}
        rowId={(row) => row.id}
        rowName={(row) => `${row.occurred_at} ${kind(row.kind)} ${row.subject ?? ''}`}
        openId={openId}
        onOpen={(row) => {
          onOpen(row.id);
        }}
        tools={
          <>
            {reached !== undefined && rows.hasMore && (
              <span role="status">
                {t('reached', { time: exact(reached, place) })}{' '}
                <Button small busy={rows.isLoadingMore} onClick={rows.loadMore}>
                  {t('go_on')}
                </Button>
              </span>
            )}
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
            {tools}
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
  );
}
