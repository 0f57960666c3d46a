import { useSearchState } from '@shell/address/use-search';
import { answered } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { api, type Feed } from './api';
import { FeedPanel, NewFeed } from './feed-panel';
import { FeedState } from './feed-state';
import { number } from './number';
import { formats, useFeedWords, wordOf } from './own-words';

function useColumns(): Column<Feed>[] {
  const t = useFeedWords();
  return [
    { id: 'name', header: t('column.name'), width: '2fr', cell: (row) => <b>{row.name}</b> },
    { id: 'state', header: t('column.state'), width: 128, cell: (row) => <FeedState feed={row} /> },
    { id: 'good', header: t('column.good'), width: 116, cell: (row) => <RelativeTime at={row.good_at} /> },
    { id: 'records', header: t('column.records'), width: 96, num: true, cell: (row) => (row.records === 0 ? <span className="dim">0</span> : number(row.records)) },
    { id: 'licence', header: t('column.licence'), width: '2fr', cell: (row) => <span title={row.licence}>{row.licence}</span> },
    { id: 'format', header: t('column.format'), width: 128, cell: (row) => wordOf(formats, row.format, (known) => t(`format.${known}`)) },
    { id: 'skipped', header: t('column.skipped'), width: 128, num: true, chosen: false, cell: (row) => number(row.skipped) },
    { id: 'dated', header: t('column.dated'), width: 116, chosen: false, cell: (row) => <RelativeTime at={row.dated_at} /> },
  ];
}

/** Where it is known from what is weak: how old, how much, under which terms, and what went wrong. */
export default function Feeds(): ReactNode {
  const t = useFeedWords();
  const [, change] = useSearchState();
  const mayWrite = useCan('vulnerabilities.write');
  const rows = useRows(['vulnerabilities', 'feeds'], () => answered(api.GET('/api/v1/vulnerabilities/feeds')), { refetchInterval: 30_000 });
  return (
    <ListPage
      head={{
        room: 'weaknesses',
        title: 'vulnerabilities:feeds',
        lead: t('lead'),
        acts: mayWrite && (
          <Button
            icon="plus"
            onClick={() => {
              change({ open: 'new' });
            }}
          >
            {t('add')}
          </Button>
        ),
      }}
      filters={null}
      narrowing={[]}
      words={{ none: t('none'), noneMatch: t('none') }}
      id="vulnerabilities-feeds"
      label={t('label')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.name}
      panel={(id, row, close) => {
        if (id === 'new') return mayWrite ? <NewFeed onClose={close} /> : null;
        return row ? <FeedPanel key={row.id} feed={row} onClose={close} /> : null;
      }}
    />
  );
}
