import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { EndpointSummary } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { pathWords, useGroups } from '@shell/pick/groups';
import { SearchField } from '@shell/pick/search-field';
import { useCan } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import type { Chip } from '@shell/ui/chips';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, type ReactNode } from 'react';
import { EndpointStateWord, states, systems } from './states';

function useColumns(): Column<EndpointSummary>[] {
  const t = useWords('endpoints');
  return [
    { id: 'hostname', header: t('list.hostname'), width: 148, sort: 'hostname', cell: (row) => <b>{row.hostname}</b> },
    { id: 'state', header: t('list.state'), width: 116, cell: (row) => <EndpointStateWord endpoint={row} /> },
    {
      id: 'user',
      header: t('list.user'),
      width: 128,
      cell: (row) => row.primary_user?.name ?? <span className="dim">—</span>,
    },
    { id: 'group', header: t('list.group'), width: '2fr', cell: (row) => pathWords(row.group) },
    { id: 'os', header: t('list.os'), width: '2fr', sort: 'os_name', cell: (row) => row.os_name },
    {
      id: 'last_seen',
      header: t('list.last_seen'),
      width: 120,
      sort: 'last_seen',
      cell: (row) => <RelativeTime at={row.last_seen} />,
    },
    { id: 'ip', header: t('list.ip'), width: 132, cell: (row) => row.ip ?? '—' },
    { id: 'agent', header: t('list.agent'), width: 104, cell: (row) => row.agent_version },
  ];
}

export default function EndpointList(): ReactNode {
  const t = useWords('endpoints');
  const [search, change] = useSearchState();
  const { data: groups = [] } = useGroups();
  const mayEnrol = useCan('enrolment.write');
  const filter = {
    q: search['q'],
    group: search['group'],
    os: oneOf(systems, search['os']),
    state: oneOf(states, search['state']),
    clone_suspected: search['clone'] === 'yes' ? true : undefined,
    sort: search['sort'],
  };
  const rows = useRows(
    ['endpoints', filter],
    (cursor) => answered(api.GET('/api/v1/endpoints', { params: { query: { ...filter, cursor } } })),
    { refetchInterval: 30_000 },
  );
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const group = groups.find((candidate) => candidate.id === filter.group);
  const chips: Chip[] = [
    ...(filter.q ? [{ name: 'q', label: t('list.text'), value: filter.q }] : []),
    ...(filter.group ? [{ name: 'group', label: t('list.group'), value: group ? pathWords(group) : filter.group }] : []),
    ...(filter.os ? [{ name: 'os', label: t('list.os'), value: t(`os.${filter.os}`) }] : []),
    ...(filter.state ? [{ name: 'state', label: t('list.state'), value: t(`state.${filter.state}`) }] : []),
    ...(filter.clone_suspected ? [{ name: 'clone', label: t('list.state'), value: t('state.clone') }] : []),
  ];
  const add = (main: boolean): ReactNode =>
    mayEnrol && (
      <LinkButton to="/settings/enrolment" {...(main ? { main } : { icon: 'plus' })}>
        {t('list.add')}
      </LinkButton>
    );
  return (
    <ListPage
      head={{ room: 'endpoints', title: 'endpoints:list.title', acts: add(false) }}
      filters={
        <>
          <SearchField label={t('list.find')} value={filter.q ?? ''} onChange={setText} />
          <GroupSelect
            quiet
            clearable
            label={t('list.group')}
            value={filter.group ?? null}
            onChange={(id) => {
              change({ group: id ?? undefined });
            }}
          />
          <Select
            aria-label={t('list.os')}
            placeholder={t('list.os')}
            clearable
            data={systems.map((os) => ({ value: os, label: t(`os.${os}`) }))}
            value={filter.os ?? null}
            onChange={(os) => {
              change({ os: os ?? undefined });
            }}
          />
          <Select
            aria-label={t('list.state')}
            placeholder={t('list.state')}
            clearable
            data={states.map((state) => ({ value: state, label: t(`state.${state}`) }))}
            value={filter.state ?? null}
            onChange={(state) => {
              change({ state: state ?? undefined });
            }}
          />
        </>
      }
      chips={chips}
      narrowing={['q', 'group', 'os', 'state', 'clone']}
      words={{ none: t('list.none'), noneMatch: t('list.none_match') }}
      first={add(true)}
      id="endpoints"
      label={t('list.title')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.hostname}
      link={(row) => ({ to: `/endpoints/${row.id}` })}
      sort={{
        value: filter.sort ?? 'hostname',
        onChange: (sort) => {
          change({ sort }, { replace: true });
        },
      }}
    />
  );
}
