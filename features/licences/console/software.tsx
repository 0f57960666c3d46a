import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { ProductView } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { SearchField } from '@shell/pick/search-field';
import { LinkButton } from '@shell/ui/button';
import type { Chip } from '@shell/ui/chips';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, type ReactNode } from 'react';
import { ClassWord, EnoughWord } from './class-word';
import { classes, deciders, licenceStates, useSoftwareWords, wordOf } from './own-words';

function useColumns(): Column<ProductView>[] {
  const t = useSoftwareWords();
  return [
    { id: 'name', header: t('column.name'), width: '3fr', sort: 'name', cell: (row) => <b>{row.name}</b> },
    { id: 'vendor', header: t('column.vendor'), width: '2fr', cell: (row) => row.vendor },
    { id: 'class', header: t('column.class'), width: 128, cell: (row) => <ClassWord word={row.class} /> },
    { id: 'machines', header: t('column.machines'), width: 88, num: true, sort: 'machines', cell: (row) => row.machines.toLocaleString('en-US') },
    { id: 'licences', header: t('column.licences'), width: 116, cell: (row) => <EnoughWord word={row.licences} /> },
    { id: 'by', header: t('column.by'), width: 132, cell: (row) => wordOf(deciders, row.class_by, (known) => t(`by.${known}`)) },
    { id: 'first', header: t('column.first'), width: 124, sort: 'first_at', cell: (row) => <RelativeTime at={row.first_at} /> },
    { id: 'packages', header: t('column.packages'), width: 96, num: true, chosen: false, cell: (row) => row.packages.toLocaleString('en-US') },
  ];
}

/** What is installed in the organisation, by product. */
export default function Software(): ReactNode {
  const t = useSoftwareWords();
  const [search, change] = useSearchState();
  const filter = { q: search['q'], class: oneOf(classes, search['class']), licences: oneOf(licenceStates, search['licences']), sort: search['sort'] };
  const rows = useRows(['licences', 'products', filter], (cursor) =>
    answered(api.GET('/api/v1/licences/products', { params: { query: { ...filter, without_system: filter.class === undefined, cursor } } })),
  );
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const chips: Chip[] = [
    ...(filter.q ? [{ name: 'q', label: t('find'), value: filter.q }] : []),
    ...(filter.class ? [{ name: 'class', label: t('class'), value: t(`classes.${filter.class}`) }] : []),
    ...(filter.licences ? [{ name: 'licences', label: t('licence_state'), value: t(`licence_states.${filter.licences}`) }] : []),
  ];
  const limited = rows.items.some((row) => row.visible_only);
  return (
    <ListPage
      head={{
        room: 'assets',
        title: 'licences:software',
        lead: limited ? `${t('lead')} ${t('visible_only')}` : t('lead'),
        acts: <LinkButton to="/software/dictionary">{t('to_dictionary')}</LinkButton>,
      }}
      filters={
        <>
          <SearchField label={t('find')} value={filter.q ?? ''} onChange={setText} />
          <Select
            aria-label={t('class')}
            placeholder={t('class')}
            title={t('class_hint')}
            clearable
            data={classes.map((one) => ({ value: one, label: t(`classes.${one}`) }))}
            value={filter.class ?? null}
            onChange={(next) => {
              change({ class: next ?? undefined });
            }}
          />
          <Select
            aria-label={t('licence_state')}
            placeholder={t('licence_state')}
            clearable
            data={licenceStates.map((one) => ({ value: one, label: t(`licence_states.${one}`) }))}
            value={filter.licences ?? null}
            onChange={(next) => {
              change({ licences: next ?? undefined });
            }}
          />
        </>
      }
      chips={chips}
      narrowing={['q', 'class', 'licences']}
      words={{ none: t('none'), noneMatch: t('none_match') }}
      id="software"
      label={t('lead')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.name}
      link={(row) => ({ to: `/software/${row.id}` })}
      sort={{
        value: filter.sort ?? '-machines',
        onChange: (sort) => {
          change({ sort }, { replace: true });
        },
      }}
    />
  );
}
