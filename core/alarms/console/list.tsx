import { Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { AlarmView } from '@shell/api/schema';
import { useWords, useWordsOfAll } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { exact } from '@shell/time';
import type { Chip } from '@shell/ui/chips';
import { Go } from '@shell/ui/link';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { aroundOf } from './around';
import { AlarmPanel } from './panel';
import { AlarmStateWord, alarmStates, severities, useAlarmWords } from './states';
import { alarmsKey, useAlarmNews } from './news';

/** One press from an alarm to what happened around it on that endpoint. */
function Around({ alarm }: { alarm: AlarmView }): ReactNode {
  const t = useWords('alarms');
  const words = useAlarmWords();
  const search = aroundOf(alarm);
  if (!search) return null;
  return (
    <Go className="t" to="/events" search={search} aria-label={t('go.around_of', { title: words.title(alarm), where: words.where(alarm) })}>
      {t('go.around_short')}
    </Go>
  );
}

function useColumns(): Column<AlarmView>[] {
  const t = useWords('alarms');
  const words = useAlarmWords();
  return [
    { id: 'title', header: t('column.title'), width: '3fr', cell: (row) => <b>{words.title(row)}</b> },
    { id: 'state', header: t('column.state'), width: 108, cell: (row) => <AlarmStateWord state={row.state} /> },
    { id: 'severity', header: t('column.severity'), width: 84, cell: (row) => t(`severity.${row.severity}`) },
    { id: 'endpoint', header: t('column.endpoint'), width: 148, cell: (row) => words.where(row) },
    { id: 'around', header: t('column.around'), width: 84, cell: (row) => <Around alarm={row} /> },
    { id: 'handler', header: t('column.handler'), width: 132, cell: (row) => row.handler?.name ?? <span className="dim">—</span> },
    { id: 'raised', header: t('column.raised'), width: 120, cell: (row) => <RelativeTime at={row.raised_at} /> },
    { id: 'times', header: t('column.times'), width: 72, num: true, cell: (row) => row.times.toLocaleString('en-US') },
    { id: 'comment', header: t('column.comment'), width: '2fr', chosen: false, cell: (row) => row.comment },
  ];
}

/** Every alarm, newest first, and beside the list the one that somebody deals with. */
export default function Alarms(): ReactNode {
  const t = useWords('alarms');
  const client = useQueryClient();
  const words = useAlarmWords();
  const classes = useWordsOfAll('class');
  const place = usePlace();
  const [search, change] = useSearchState();
  const filter = {
    state: oneOf(alarmStates, search['state']),
    severity: oneOf(severities, search['severity']),
    kind: search['kind'],
    class: search['class'],
    since: search['since'],
    until: search['until'],
    handled_since: search['handled_since'],
    endpoint: search['endpoint'],
  };
  const rows = useRows(
    [...alarmsKey, filter],
    (cursor) => answered(api.GET('/api/v1/alarms', { params: { query: { ...filter, cursor } } })),
    { refetchInterval: 60_000 },
  );
  useAlarmNews();
  const chips: Chip[] = [
    ...(filter.state ? [{ name: 'state', label: t('column.state'), value: t(`state.${filter.state}`) }] : []),
    ...(filter.severity ? [{ name: 'severity', label: t('column.severity'), value: t(`severity.${filter.severity}`) }] : []),
    ...(filter.class ? [{ name: 'class', label: t('column.class'), value: classes[filter.class] ?? filter.class }] : []),
    ...(filter.since ? [{ name: 'since', label: t('since'), value: exact(Date.parse(filter.since), place) }] : []),
    ...(filter.until ? [{ name: 'until', label: t('until'), value: exact(Date.parse(filter.until), place) }] : []),
    ...(filter.handled_since ? [{ name: 'handled_since', label: t('handled_since'), value: exact(Date.parse(filter.handled_since), place) }] : []),
    ...(filter.endpoint ? [{ name: 'endpoint', label: t('column.endpoint'), value: filter.endpoint }] : []),
  ];
  return (
    <ListPage
      head={{ room: 'protection', title: 'alarms:title', lead: t('lead') }}
      filters={
        <>
          <Select
            aria-label={t('column.state')}
            placeholder={t('column.state')}
            clearable
            data={alarmStates.map((state) => ({ value: state, label: t(`state.${state}`) }))}
            value={filter.state ?? null}
            onChange={(state) => {
              change({ state: state ?? undefined, open: undefined });
            }}
          />
          <Select
            aria-label={t('column.severity')}
            placeholder={t('column.severity')}
            clearable
            data={severities.map((severity) => ({ value: severity, label: t(`severity.${severity}`) }))}
            value={filter.severity ?? null}
            onChange={(severity) => {
              change({ severity: severity ?? undefined, open: undefined });
            }}
          />
        </>
      }
      chips={chips}
      narrowing={['state', 'severity', 'kind', 'class', 'since', 'until', 'handled_since', 'endpoint']}
      words={{ none: t('none'), noneMatch: t('none_match') }}
      panel={(id, row, close) => (
        <AlarmPanel key={id} id={id} known={row} onChanged={() => client.invalidateQueries({ queryKey: alarmsKey })} onClose={close} />
      )}
      id="alarms"
      label={t('title')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => `${words.title(row)} ${words.where(row)}`}
    />
  );
}
