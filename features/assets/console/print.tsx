import { useQuery } from '@tanstack/react-query';
import { useSearchState } from '@shell/address/use-search';
import { answered, api } from '@shell/api/client';
import type { AssetSummary } from '@shell/api/schema';
import { usePlace, useSession } from '@shell/session/session';
import { exact, now } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { Failed } from '@shell/ui/states';
import { useMemo, useState, type ReactNode } from 'react';
import { useActWords } from './acts-words';
import { useChips } from './ledger-chips';
import { usual, useColumns } from './ledger-columns';
import { useLedgerFilter, type LedgerFilter } from './ledger-filter';
import css from './print.module.css';

/** All rows, page by page, as a list on paper has no end to scroll to. */
async function everything(filter: LedgerFilter, told: (done: number, all: number) => void): Promise<AssetSummary[]> {
  const rows: AssetSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await answered(api.GET('/api/v1/assets/ledger', { params: { query: { ...filter, limit: 1000, cursor } } }));
    rows.push(...page.items);
    told(rows.length, page.count.value);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** The ledger as an auditor gets it: what was asked, when, by whom, and all rows. */
export default function PrintedLedger(): ReactNode {
  const t = useActWords();
  const place = usePlace();
  const { admin, organisation } = useSession();
  const [search] = useSearchState();
  const filter = useLedgerFilter();
  const chips = useChips();
  const all = useColumns();
  const [made] = useState(now);
  const [read, setRead] = useState<[number, number]>([0, 0]);
  useCrumbs('assets', [{ label: t('paper.title') }]);
  const asked = search['columns'];
  const columns = useMemo(() => {
    const wanted = asked?.split(',') ?? usual;
    return all.filter((column) => wanted.includes(column.id));
  }, [all, asked]);
  const query = useQuery({
    queryKey: ['assets', 'paper', filter],
    refetchOnWindowFocus: false,
    staleTime: Infinity,
    queryFn: () =>
      everything(filter, (done, count) => {
        setRead([done, count]);
      }),
  });
  return (
    <article className={css['paper']}>
      <div className={css['tools']}>
        <Button
          main
          icon="print"
          disabled={!query.data}
          onClick={() => {
            window.print();
          }}
        >
          {t('paper.print')}
        </Button>
        <Go className="t" to="/assets">
          {t('paper.back')}
        </Go>
      </div>
      <header className={css['head']}>
        <h1>{t('paper.title')}</h1>
        <p>{organisation.name}</p>
        <p>
          {t('paper.made', { at: exact(made, place) })} · {t('paper.by', { name: admin.display_name })}
          {query.data && ` · ${t('paper.rows', { count: query.data.length.toLocaleString('en-US') })}`}
        </p>
        <p>{chips.length === 0 ? t('paper.all') : chips.map((chip) => `${chip.label}: ${chip.value}`).join(' / ')}</p>
      </header>
      {query.error && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <p aria-busy="true">{t('paper.loading', { done: read[0], all: read[1] })}</p>}
      {query.data && (
        <table className={css['table']} aria-label={t('paper.title')}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.id} scope="col" className={column.num ? 'num' : undefined}>
                  {column.header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {/* "Two hours ago" says nothing to who reads the paper next week. */}
            {query.data.map((row) => (
              <tr key={row.id}>
                {columns.map((column) => (
                  <td key={column.id} className={column.num ? 'num' : undefined}>
                    {column.id === 'seen' || column.id === 'first' ? exact(Date.parse(column.id === 'seen' ? row.seen_at : row.first_at), place) : column.cell(row, undefined)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </article>
  );
}
