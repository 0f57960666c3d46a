import { useSearchState } from '@shell/address/use-search';
import { answered } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import { useMarks } from '@shell/i18n/marks';
import { ListPage } from '@shell/ui/list-page';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { api, type Weakness } from './api';
import { narrowing } from './filter';
import { ListFilters, useFilterChips } from './list-filters';
import { number, percent } from './number';
import { evidences, parts, useListWords, useTerms, wordOf } from './own-words';
import { Remedy } from './remedy';
import { SeverityWord } from './severity';
import { useFilter } from './use-filter';
import { isNumbered, useTitle } from './use-title';
import { Why } from './why';

function useColumns(): Column<Weakness>[] {
  const t = useListWords();
  const terms = useTerms();
  const title = useTitle();
  const marks = useMarks();
  return [
    {
      id: 'title',
      header: t('weaknesses.column.title'),
      width: '2fr',
      cell: (row) => (
        <span title={title(row)}>
          {isNumbered(row.id) ? (
            <>
              <b>{row.id}</b> <span className="sub">{title(row)}</span>
            </>
          ) : (
            <b>{title(row)}</b>
          )}
        </span>
      ),
    },
    { id: 'severity', header: t('weaknesses.column.severity'), width: 96, sort: 'severity', cell: (row) => <SeverityWord severity={row.severity} /> },
    { id: 'why', header: t('weaknesses.column.why'), width: 184, cell: (row) => <Why of={row} short /> },
    { id: 'machines', header: t('weaknesses.column.machines'), width: 84, num: true, sort: 'machines', cell: (row) => number(row.machines) },
    { id: 'overdue', header: t('weaknesses.column.overdue'), width: 84, num: true, cell: (row) => (row.overdue === 0 ? <span className="dim">0</span> : <b className="aka">{number(row.overdue)}</b>) },
    { id: 'epss', header: t('weaknesses.column.epss'), width: 108, num: true, sort: 'epss', cell: (row) => (typeof row.epss === 'number' ? terms('epss_short', { percent: percent(row.epss) }) : '—') },
    { id: 'since', header: t('weaknesses.column.since'), width: 112, sort: 'since', cell: (row) => <RelativeTime at={row.since} /> },
    { id: 'subjects', header: t('weaknesses.column.subjects'), width: '1fr', chosen: false, cell: (row) => marks.list(row.subjects) },
    { id: 'score', header: t('weaknesses.column.score'), width: 72, num: true, sort: 'score', chosen: false, cell: (row) => row.score.toFixed(1) },
    { id: 'part', header: t('weaknesses.column.part'), width: 128, chosen: false, cell: (row) => wordOf(parts, row.part, (known) => terms(`part.${known}`)) },
    { id: 'evidence', header: t('weaknesses.column.evidence'), width: 184, chosen: false, cell: (row) => wordOf(evidences, row.evidence, (known) => terms(`evidence.${known}`)) },
  ];
}

/** What is weak, the most widespread first. */
export default function Weaknesses(): ReactNode {
  const t = useListWords();
  const [search, change] = useSearchState();
  const filter = useFilter();
  const sort = search['sort'] ?? '-machines';
  const rows = useRows(['vulnerabilities', 'weaknesses', filter, sort], (cursor) => answered(api.GET('/api/v1/vulnerabilities/weaknesses', { params: { query: { ...filter, sort, cursor } } })));
  return (
    <ListPage
      head={{ room: 'weaknesses', title: 'vulnerabilities:weaknesses', lead: t('weaknesses.lead'), acts: rows.items.length > 0 && <Remedy filter={filter} /> }}
      filters={<ListFilters find={t('weaknesses.find')} />}
      chips={useFilterChips()}
      narrowing={narrowing}
      words={{ none: t('weaknesses.none'), noneMatch: t('weaknesses.none_match') }}
      id="vulnerabilities-weaknesses"
      label={t('weaknesses.lead')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.id}
      link={(row) => ({ to: `/vulnerabilities/weaknesses/${encodeURIComponent(row.id)}` })}
      sort={{
        value: sort,
        onChange: (next) => {
          change({ sort: next }, { replace: true });
        },
      }}
    />
  );
}
