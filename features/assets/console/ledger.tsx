import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import { useSearchState } from '@shell/address/use-search';
import { useCan } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import { ListPage } from '@shell/ui/list-page';
import { useMemo, useState, type ReactNode } from 'react';
import { Act, ActButtons, acts, type ActName } from './ledger-acts';
import { useActWords } from './acts-words';
import { useChips } from './ledger-chips';
import { usual, useColumns } from './ledger-columns';
import { narrowing, useLedgerFilter } from './ledger-filter';
import { LedgerFilters } from './ledger-filters';
import { useLedgerWords } from './ledger-words';
import { Views } from './views';

const nothing: ReadonlySet<string> = new Set();

/** One line for each thing that the organisation has. */
export default function Ledger(): ReactNode {
  const t = useLedgerWords();
  const say = useActWords();
  const [search, change] = useSearchState();
  const mayWrite = useCan('assets.write');
  const filter = useLedgerFilter();
  // What is ticked belongs to the rows that are asked for: with other filters nothing of it is seen any more.
  const [ticked, setTicked] = useState({ of: filter, ids: nothing });
  const picked = ticked.of === filter ? ticked.ids : nothing;
  const rows = useRows(
    ['assets', 'ledger', filter],
    (cursor) => answered(api.GET('/api/v1/assets/ledger', { params: { query: { ...filter, cursor } } })),
    { refetchInterval: 60_000 },
  );
  const columns = useColumns();
  const asked = search['columns'];
  const chosen = useMemo(() => asked?.split(',').filter(Boolean), [asked]);
  const act = acts.find((one) => one === search['act']);
  const open = (name: ActName | undefined): void => {
    change({ act: name }, { replace: true });
  };
  return (
    <ListPage
      head={{
        room: 'assets',
        title: 'assets:ledger',
        lead: t('lead'),
        acts: mayWrite && (
          <LinkButton to="/assets/new" icon="plus">
            {t('add')}
          </LinkButton>
        ),
      }}
      filters={<LedgerFilters />}
      chips={useChips()}
      narrowing={narrowing}
      words={{ none: t('none'), noneMatch: t('none_match') }}
      id="assets"
      label={t('lead')}
      columns={columns}
      rows={rows}
      rowName={(row) => row.name}
      link={(row) => ({ to: `/assets/${row.id}` })}
      sort={{
        value: filter.sort ?? 'name',
        onChange: (sort) => {
          change({ sort }, { replace: true });
        },
      }}
      picked={{
        ids: picked,
        onChange: (ids) => {
          setTicked({ of: filter, ids });
        },
        label: (name) => say('pick', { name }),
        all: say('pick_all'),
      }}
      shownColumns={{
        value: chosen,
        onChange: (next) => {
          change({ columns: next.join(',') }, { replace: true });
        },
      }}
      tools={
        <>
          <Views columns={chosen ?? usual} />
          <ActButtons
            picked={picked}
            act={act}
            onAct={open}
            onNone={() => {
              setTicked({ of: filter, ids: nothing });
            }}
          />
        </>
      }
      beside={
        act && (
          <Act
            name={act}
            filter={filter}
            picked={picked}
            all={rows.count?.value ?? 0}
            columns={chosen ?? usual}
            onClose={() => {
              open(undefined);
            }}
            onDone={() => {
              rows.retry();
            }}
          />
        )
      }
    />
  );
}
