import { Checkbox } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { ProductView } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { SearchField } from '@shell/pick/search-field';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ListPage } from '@shell/ui/list-page';
import { Go } from '@shell/ui/link';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { useCallback, useState, type ReactNode } from 'react';
import css from './licences.module.css';
import { classes, useSoftwareWords } from './own-words';

const toChoose = classes.filter((one) => one !== 'unclassified');
/** As many as the server takes at once. */
const most = 500;

function Choose({ picked, onDone }: { picked: string[]; onDone: () => void }): ReactNode {
  const t = useSoftwareWords();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (as: (typeof classes)[number] | null) =>
      as === null
        ? answered(api.POST('/api/v1/licences/products/set-aside', { body: { products: picked } }))
        : answered(api.POST('/api/v1/licences/products/classify', { body: { products: picked, class: as } })),
    onSuccess: async () => {
      onDone();
      await client.invalidateQueries({ queryKey: ['licences'] });
    },
  });
  const none = picked.length === 0;
  return (
    <div className={css['choose']}>
      <p className="sm sub" role="status">
        {none ? t('inbox.nothing') : t('inbox.picked', { count: picked.length })}
      </p>
      <Acts>
        {toChoose.map((one) => (
          <Button
            key={one}
            small
            disabled={none || act.isPending}
            onClick={() => {
              act.mutate(one);
            }}
          >
            {t('inbox.as', { class: t(`classes.${one}`) })}
          </Button>
        ))}
        <Button
          small
          title={t('inbox.aside_hint')}
          disabled={none || act.isPending}
          onClick={() => {
            act.mutate(null);
          }}
        >
          {t('inbox.aside')}
        </Button>
      </Acts>
      {act.error && <Failed error={act.error} />}
    </div>
  );
}

/** Products that wait for a class. */
export default function Inbox(): ReactNode {
  const t = useSoftwareWords();
  const mayWrite = useCan('assets.write');
  const [search, change] = useSearchState();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const filter = { q: search['q'], sort: search['sort'] };
  const rows = useRows(['licences', 'products', 'inbox', filter], (cursor) => answered(api.GET('/api/v1/licences/products', { params: { query: { ...filter, inbox: true, cursor } } })));
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  // What somebody sees only in part is not theirs to classify.
  const limited = rows.items.some((row) => row.visible_only);
  const writes = mayWrite && !limited;
  const shown = rows.items.slice(0, most).map((row) => row.id);
  const chosen = shown.filter((id) => picked.has(id));
  const columns: Column<ProductView>[] = [
    {
      id: 'name',
      header: t('column.name'),
      width: '3fr',
      sort: 'name',
      cell: (row) =>
        writes ? (
          <Checkbox
            label={row.name}
            checked={picked.has(row.id)}
            onChange={(event) => {
              const next = new Set(picked);
              if (event.currentTarget.checked) next.add(row.id);
              else next.delete(row.id);
              setPicked(next);
            }}
          />
        ) : (
          <b>{row.name}</b>
        ),
    },
    { id: 'vendor', header: t('column.vendor'), width: '2fr', cell: (row) => row.vendor },
    { id: 'machines', header: t('column.machines'), width: 88, num: true, sort: 'machines', cell: (row) => row.machines.toLocaleString('en-US') },
    { id: 'first', header: t('column.first'), width: 124, sort: 'first_at', cell: (row) => <RelativeTime at={row.first_at} /> },
    {
      id: 'detail',
      header: t('inbox.detail'),
      quiet: true,
      width: 116,
      cell: (row) => (
        <Go className="t" to={`/software/${row.id}`}>
          {t('inbox.detail')}
        </Go>
      ),
    },
  ];
  return (
    <ListPage
      head={{ room: 'assets', title: 'licences:inbox', lead: limited ? `${t('inbox.lead')} ${t('visible_only')}` : t('inbox.lead') }}
      filters={
        <>
          <SearchField label={t('find')} value={filter.q ?? ''} onChange={setText} />
          {writes && (
            <Choose
              picked={chosen}
              onDone={() => {
                setPicked(new Set());
              }}
            />
          )}
        </>
      }
      narrowing={['q']}
      words={{ none: t('inbox.none'), noneMatch: t('none_match') }}
      id="software-inbox"
      label={t('inbox.lead')}
      columns={columns}
      rows={rows}
      rowName={(row) => row.name}
      tools={
        writes &&
        shown.length > 0 && (
          <Button
            small
            onClick={() => {
              setPicked(chosen.length === shown.length ? new Set() : new Set(shown));
            }}
          >
            {chosen.length === shown.length ? t('inbox.clear') : t('inbox.all')}
          </Button>
        )
      }
      sort={{
        value: filter.sort ?? '-machines',
        onChange: (sort) => {
          change({ sort }, { replace: true });
        },
      }}
    />
  );
}
