import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { answered, api } from '@shell/api/client';
import type { AmountCount, AssetStatistics, TimeCount, WordCount } from '@shell/api/schema';
import { GroupSelect } from '@shell/pick/group-select';
import { usePlace } from '@shell/session/session';
import { partsIn } from '@shell/time';
import { Filters } from '@shell/ui/filters';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Section } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { Bars, Months, type BarRow } from './bars';
import css from './bars.module.css';
import { useDashboardWords } from './dashboard-words';
import { kinds, sources, standings, useLedgerWords, wordOf } from './ledger-words';

type Search = Record<string, string>;

/** So many systems are drawn; the rest is named by its number. */
const mostSystems = 12;
const years = [0, 1, 2, 3, 4, 5, 7];

const bounds = (pairs: [string, string | number | null | undefined][]): Search =>
  Object.fromEntries(pairs.flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, String(value)]])));

/** Memory as it is sold: a machine of 16 GB tells of a little less, so a band begins a little below its name. */
const gib = (bytes: number): string => `${String(2 ** Math.ceil(Math.log2(bytes / 1024 ** 3)))} GB`;
const gb = (bytes: number): string => (bytes >= 1e12 ? `${String(bytes / 1e12)} TB` : `${String(Math.round(bytes / 1e9))} GB`);

function useRows(base: Search): {
  words: (counts: WordCount[], name: string, say: (word: string) => string, without?: Search) => BarRow[];
  amounts: (counts: AmountCount[], name: string, size: (bytes: number) => string) => BarRow[];
  percents: (counts: AmountCount[]) => BarRow[];
  ages: (counts: TimeCount[]) => BarRow[];
  months: (counts: TimeCount[], name: string) => BarRow[];
} {
  const t = useDashboardWords();
  const { zone, language } = usePlace();
  const between = (from: string | null, below: string | null): string =>
    below === null ? t('bands.from', { from: from ?? '' }) : from === null ? t('bands.below', { below }) : t('bands.span', { from, below });
  return {
    words: (counts, name, say, without) =>
      counts.map(({ word, count }) => ({ id: word, label: say(word), count, search: { ...(without ?? base), [name]: word } })),
    amounts: (counts, name, size) =>
      counts.map(({ from, below, count }) => ({
        id: String(from),
        label: from === 0 ? t('unknown') : between(from === 1 ? null : size(from), below === null || below === undefined ? null : size(below)),
        count,
        search: { ...base, ...bounds([[`${name}_from`, from], [`${name}_below`, below]]) },
      })),
    percents: (counts) =>
      counts.map(({ from, below, count }) => ({
        id: String(from),
        label: below === null || below === undefined ? t('percent.from', { from }) : from === 0 ? t('percent.below', { below }) : t('percent.span', { from, below }),
        count,
        search: { ...base, disk_from: '1', ...bounds([['fullest', from], ['fullest_below', below]]) },
      })),
    ages: (counts) =>
      counts.map(({ from, before, count }, at) => {
        const [young, old] = [years[at] ?? 0, years[at + 1]];
        return {
          id: String(at),
          label: old === undefined ? t('ages.from', { years: young }) : young === 0 ? t('ages.first') : t('ages.span', { from: young, to: old }),
          count,
          search: { ...base, ...bounds([['had_from', from], ['had_before', before]]) },
        };
      }),
    months: (counts, name) =>
      counts.map(({ from, before, count }) => {
        const at = from ? partsIn(zone, Date.parse(from)) : null;
        const month = at && (language === 'ja' ? `${String(at.month)}月` : new Date(Date.UTC(at.year, at.month - 1)).toLocaleString('en', { month: 'short', timeZone: 'UTC' }));
        return {
          id: from ?? 'past',
          label: month ?? t('past'),
          count,
          search: { ...base, ...bounds([[`${name}_from`, from], [`${name}_before`, before]]), sort: `${name}_until` },
        };
      }),
  };
}

function Numbers({ found, present, everything }: { found: AssetStatistics; present: Search; everything: { search: Search; standings: WordCount[] } }): ReactNode {
  const t = useDashboardWords();
  const ledger = useLedgerWords();
  const rows = useRows(present);
  const used = (counts: WordCount[]): WordCount[] => counts.filter(({ count }) => count > 0);
  const systems = rows.words(found.systems.slice(0, mostSystems), 'os_exact', (word) => (word === 'unknown' ? t('unknown') : word));
  const section = (title: string, content: ReactNode, note?: string, wide = false): ReactNode => (
    <div className={wide ? css['wide'] : undefined}>
      <Section title={title} note={note}>
        {content}
      </Section>
    </div>
  );
  return (
    <>
      <p className={css['total']}>
        <Go className="t" to="/assets" search={present}>
          <b>{t('total', { count: found.total.toLocaleString('en-US') })}</b>
        </Go>{' '}
        <span className="sub">{t('total_note')}</span>
      </p>
      <div className={css['grid']}>
        {section(
          t('systems'),
          <Bars label={t('systems')} rows={systems} />,
          found.systems.length > mostSystems ? t('systems_more', { count: found.systems.length - mostSystems }) : undefined,
        )}
        {section(t('fullest'), <Bars label={t('fullest')} rows={rows.percents(found.fullest).toReversed()} />, t('fullest_note'))}
        {section(t('lease'), <Months label={t('lease')} rows={rows.months(found.lease, 'lease')} />, undefined, true)}
        {section(t('warranty'), <Months label={t('warranty')} rows={rows.months(found.warranty, 'warranty')} />, undefined, true)}
        {section(t('age'), <Bars label={t('age')} rows={rows.ages(found.ages)} />, t('age_note'))}
        {section(t('standing'), <Bars label={t('standing')} rows={rows.words(everything.standings, 'standing', (word) => wordOf(standings, word, (known) => ledger(`standings.${known}`)), everything.search)} />, t('standing_note'))}
        {section(t('memory'), <Bars label={t('memory')} rows={rows.amounts(found.memory, 'memory', gib)} />)}
        {section(t('disk'), <Bars label={t('disk')} rows={rows.amounts(found.disk, 'disk', gb)} />)}
        {section(t('kind'), <Bars label={t('kind')} rows={rows.words(used(found.kinds), 'kind', (word) => wordOf(kinds, word, (known) => ledger(`kinds.${known}`)))} />)}
        {section(t('source'), <Bars label={t('source')} rows={rows.words(used(found.sources), 'source', (word) => wordOf(sources, word, (known) => ledger(`sources.${known}`)))} />, t('source_note'))}
      </div>
    </>
  );
}

/** The ledger in numbers, each of which leads to its rows. */
export default function Dashboard(): ReactNode {
  const t = useDashboardWords();
  const ledger = useLedgerWords();
  const [search, change] = useSearchState();
  const filter = { group: search['group'], kind: oneOf(kinds, search['kind']) };
  const base = bounds(Object.entries(filter) as [string, string | undefined][]);
  const query = useQuery({
    queryKey: ['assets', 'statistics', filter],
    refetchInterval: 300_000,
    queryFn: async () => {
      const [present, everything] = await Promise.all([
        answered(api.GET('/api/v1/assets/statistics', { params: { query: { ...filter, present: true } } })),
        answered(api.GET('/api/v1/assets/statistics', { params: { query: filter } })),
      ]);
      return { present, everything };
    },
  });
  return (
    <>
      <PageHead room="assets" title="assets:dashboard" lead={t('lead')} />
      <Filters>
        <GroupSelect
          quiet
          clearable
          fixedOnly
          label={ledger('group')}
          value={filter.group ?? null}
          onChange={(id) => {
            change({ group: id ?? undefined });
          }}
        />
        <Select
          aria-label={ledger('kind')}
          placeholder={ledger('kind')}
          clearable
          data={kinds.map((kind) => ({ value: kind, label: ledger(`kinds.${kind}`) }))}
          value={filter.kind ?? null}
          onChange={(kind) => {
            change({ kind: kind ?? undefined });
          }}
        />
      </Filters>
      <Await query={query} lines={14}>
        {({ present, everything }) =>
          everything.total === 0 ? (
            <Empty>{Object.keys(base).length > 0 ? t('none_here') : t('none')}</Empty>
          ) : (
            <Numbers found={present} present={{ ...base, present: 'true' }} everything={{ search: base, standings: everything.standings }} />
          )
        }
      </Await>
    </>
  );
}
