import { Select } from '@mantine/core';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { LicenceView } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { SearchField } from '@shell/pick/search-field';
import { useCan, usePlace } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import type { Chip } from '@shell/ui/chips';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { useCallback, type ReactNode } from 'react';
import { dayOf } from './days';
import css from './licences.module.css';
import { states, useLicenceWords, ways, wordOf } from './own-words';
import { StandsWord } from './stands-word';

const number = (value: number): string => value.toLocaleString('en-US');

function useColumns(): Column<LicenceView>[] {
  const t = useLicenceWords();
  const { zone } = usePlace();
  const versions = ({ version_from: from, version_to: to }: LicenceView): string => (from === '' && to === '' ? t('any') : from === to ? from : t('from_to', { from, to }));
  return [
    { id: 'product', header: t('column.product'), width: '3fr', cell: (row) => <b>{row.product_name}</b> },
    { id: 'edition', header: t('column.edition'), width: '2fr', cell: (row) => row.edition || t('any') },
    { id: 'version', header: t('column.version'), width: 116, cell: versions },
    { id: 'counted', header: t('column.counted'), width: 96, cell: (row) => wordOf(ways, row.counted_by, (known) => t(`counted.${known}`)) },
    { id: 'bought', header: t('column.bought'), width: 76, num: true, cell: (row) => (row.counted_by === 'site' ? '∞' : number(row.bought)) },
    { id: 'used', header: t('column.used'), width: 76, num: true, cell: (row) => <span className={row.state === 'over' ? css['over'] : undefined}>{number(row.used)}</span> },
    { id: 'unused', header: t('column.unused'), width: 96, num: true, cell: (row) => number(row.unused) },
    { id: 'until', header: t('column.until'), width: 108, cell: (row) => dayOf(row.until_at, zone, true) },
    { id: 'state', header: t('column.state'), width: 124, cell: (row) => <StandsWord licence={row} /> },
    { id: 'unknown', header: t('column.unknown'), width: 92, num: true, chosen: false, cell: (row) => number(row.unknown) },
    { id: 'contract', header: t('column.contract'), width: 132, chosen: false, cell: (row) => row.contract },
    { id: 'document', header: t('column.document'), width: 116, chosen: false, cell: (row) => row.document },
    { id: 'seller', header: t('column.seller'), width: 132, chosen: false, cell: (row) => row.seller },
  ];
}

/** What was bought, and how much of it is used. */
export default function Licences(): ReactNode {
  const t = useLicenceWords();
  const mayWrite = useCan('assets.write');
  const [search, change] = useSearchState();
  const filter = { q: search['q'], state: oneOf(states, search['state']) };
  const rows = useRows(['licences', 'list', filter], (cursor) => answered(api.GET('/api/v1/licences', { params: { query: { ...filter, cursor } } })));
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const limited = rows.items.some((row) => row.visible_only);
  const chips: Chip[] = [
    ...(filter.q ? [{ name: 'q', label: t('find'), value: filter.q }] : []),
    ...(filter.state ? [{ name: 'state', label: t('state'), value: t(`states.${filter.state}`) }] : []),
  ];
  return (
    <ListPage
      head={{
        room: 'assets',
        title: 'licences:licences',
        lead: limited ? `${t('lead')} ${t('visible_only')}` : t('lead'),
        acts: mayWrite && !limited && (
          <LinkButton to="/licences/new" icon="plus">
            {t('add')}
          </LinkButton>
        ),
      }}
      filters={
        <>
          <SearchField label={t('find')} value={filter.q ?? ''} onChange={setText} />
          <Select
            aria-label={t('state')}
            placeholder={t('state')}
            clearable
            data={states.map((one) => ({ value: one, label: t(`states.${one}`) }))}
            value={filter.state ?? null}
            onChange={(next) => {
              change({ state: next ?? undefined });
            }}
          />
        </>
      }
      chips={chips}
      narrowing={['q', 'state']}
      words={{ none: t('none'), noneMatch: t('none_match') }}
      id="licences"
      label={t('lead')}
      columns={useColumns()}
      rows={rows}
      tools={
        <LinkButton small to="/licences/watch">
          {t('to_watch')}
        </LinkButton>
      }
      rowName={(row) => [row.product_name, row.edition].filter(Boolean).join(' ')}
      link={(row) => ({ to: `/licences/${row.id}` })}
    />
  );
}
