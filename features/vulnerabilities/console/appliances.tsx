import { useSearchState } from '@shell/address/use-search';
import { answered } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import { SearchField } from '@shell/pick/search-field';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import { useCallback, type ReactNode } from 'react';
import { api, type Appliance } from './api';
import { AppliancePanel } from './appliance-panel';
import { Banners } from './banners';
import { useDayOf } from './day';
import { number } from './number';
import { hows, useRuleWords, wordOf } from './own-words';
import { SeverityWord } from './severity';

function useColumns(): Column<Appliance>[] {
  const t = useRuleWords();
  const day = useDayOf();
  return [
    { id: 'name', header: t('appliances.column.name'), width: '2fr', cell: (row) => <b>{row.name}</b> },
    { id: 'product', header: t('appliances.column.product'), width: '2fr', cell: (row) => row.product },
    { id: 'release', header: t('appliances.column.release'), width: '1fr', cell: (row) => row.release },
    { id: 'worst', header: t('appliances.column.worst'), width: 104, cell: (row) => (row.worst ? <SeverityWord severity={row.worst} /> : <span className="dim">—</span>) },
    { id: 'findings', header: t('appliances.column.findings'), width: 72, num: true, cell: (row) => (row.findings === 0 ? <span className="dim">0</span> : <b className="aka">{number(row.findings)}</b>) },
    {
      id: 'ends',
      header: t('appliances.column.ends'),
      width: 148,
      cell: (row) => (row.ended ? <StateWord tone="open">{t('appliances.ended', { day: day(row.ends_on) })}</StateWord> : day(row.ends_on) || <span className="dim">—</span>),
    },
    { id: 'group', header: t('appliances.column.group'), width: '1fr', cell: (row) => row.group_name },
    { id: 'how', header: t('appliances.column.how'), width: 104, cell: (row) => wordOf(hows, row.how, (known) => t(`appliances.how.${known}`)) },
    { id: 'at', header: t('appliances.column.at'), width: 112, cell: (row) => <RelativeTime at={row.at} /> },
  ];
}

/** What people come in by and no agent runs on. */
export default function Appliances(): ReactNode {
  const t = useRuleWords();
  const [search, change] = useSearchState();
  const mayWrite = useCan('vulnerabilities.write');
  const q = search['q'];
  const rows = useRows(['vulnerabilities', 'appliances', q], (cursor) => answered(api.GET('/api/v1/vulnerabilities/appliances', { params: { query: { q, cursor } } })));
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const open = (name: string): (() => void) => {
    return () => {
      change({ open: name });
    };
  };
  return (
    <ListPage
      head={{
        room: 'weaknesses',
        title: 'vulnerabilities:appliances',
        lead: t('appliances.lead'),
        acts: mayWrite && (
          <>
            <Button onClick={open('banners')}>{t('appliances.paste')}</Button>
            <Button icon="plus" onClick={open('new')}>
              {t('appliances.add')}
            </Button>
          </>
        ),
      }}
      filters={<SearchField label={t('appliances.find')} value={q ?? ''} onChange={setText} />}
      narrowing={['q']}
      words={{ none: t('appliances.none'), noneMatch: t('appliances.none_match') }}
      id="vulnerabilities-appliances"
      label={t('appliances.label')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.name}
      panel={(id, row, close) => {
        if (id === 'banners') return mayWrite ? <Banners onClose={close} /> : null;
        if (id === 'new') return mayWrite ? <AppliancePanel key="new" appliance={null} onClose={close} /> : null;
        return row ? <AppliancePanel key={`${row.id} ${String(row.version)}`} appliance={row} onClose={close} /> : null;
      }}
    />
  );
}
