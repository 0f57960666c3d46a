import type { ComparedView, ComparisonView } from '@shell/api/schema';
import { wholeRows } from '@shell/api/pages';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { Go, type Target } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { Bar } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { ClassIcon, useClassWord } from './classes';
import { useRowsOf, type Asked, type ToRows } from './comparison-asked';
import { TableButton } from './comparison-export';
import { isOwn, useRowName } from './comparison-name';
import { Printed, usePrinting } from './comparison-print';
import { groupsBelow, inGroup, ofClass, ofOne, rightIn, stopped, type Condition } from './comparison-question';
import { averageWords, classesOf, firstSort, shareOf, sortedBy, sumOf } from './comparison-rows';
import css from './comparison.module.css';

type Search = Record<string, string | undefined>;

/** A number that opens exactly its rows. Nothing is grey and leads nowhere. */
function Figure({ value, to, label }: { value: number; to: Target | undefined; label: string }): ReactNode {
  const written = value.toLocaleString('en-US');
  if (value === 0) return <span className="dim">{written}</span>;
  if (!to) return written;
  return (
    <Go {...to} className={css['figure']} aria-label={label}>
      {written}
    </Go>
  );
}

function Classes({ item, conditions, rowsOf }: { item: ComparedView; conditions: Condition[] | undefined; rowsOf: ToRows }): ReactNode {
  const t = useWords('rule-book');
  const word = useClassWord();
  const all = classesOf(item.classes).map(({ name, count }) => ({ name, count, words: t('calendar.of_class', { name: word(name), count }) }));
  return (
    <span className={css['icons']} title={all.map(({ words }) => words).join('\n')}>
      {all.map(({ name, count, words }) => {
        const to = rowsOf(conditions && [...conditions, ofClass(name)]);
        const drawn = (
          <>
            <ClassIcon name={name} /> {count.toLocaleString('en-US')}
          </>
        );
        return to ? (
          <Go key={name} {...to} className={css['figure']} aria-label={words}>
            {drawn}
          </Go>
        ) : (
          <span key={name}>{drawn}</span>
        );
      })}
    </span>
  );
}

/** The conditions that a row stands for, on top of those of the whole comparison. */
function conditionsOf(item: ComparedView, asked: Asked, all: readonly ComparedView[]): Condition[] | undefined {
  if (asked.by === 'group') return isOwn(item, asked) ? rightIn(asked.groups, asked.group) : inGroup(asked.groups, item.id ?? '');
  const inside = inGroup(asked.groups, asked.group);
  return inside && [...inside, ...ofOne(asked.by, item, all)];
}

/** Where the name of a row leads: down into a group, to an endpoint, to the rows of a person. */
function deeper(item: ComparedView, asked: Asked, search: Search): Target | undefined {
  if (asked.by === 'endpoint') return { to: `/endpoints/${item.id ?? ''}` };
  if (asked.by === 'person') return undefined;
  const below = groupsBelow(asked.groups, item.id ?? undefined).length > 0 && !isOwn(item, asked);
  if (isOwn(item, asked) && groupsBelow(asked.groups, asked.group).length > 0) return undefined;
  return { to: '/comparison', search: { ...search, by: below ? undefined : 'endpoint', group: item.id ?? undefined } };
}

interface Props {
  view: ComparisonView;
  asked: Asked;
  search: Search;
  sort: string | undefined;
  onSort: (sort: string) => void;
}

/** Those that are compared, with everything that was counted of each. */
export function ComparedTable({ view, asked, search, sort = firstSort, onSort }: Props): ReactNode {
  const t = useWords('rule-book');
  const { language } = usePlace();
  const rowsOf = useRowsOf(view, asked);
  const nameOf = useRowName(asked);
  const printing = usePrinting();
  const items = sortedBy(view.items, sort, language);
  const sum = sumOf(items);
  const conditions = (item: ComparedView): Condition[] | undefined => conditionsOf(item, asked, view.items);
  const columns: Column<ComparedView>[] = [
    { id: 'name', header: t(`comparison.by.${asked.by}`), width: '2fr', sort: 'name', cell: (item) => nameOf(item) },
    {
      id: 'total',
      header: t('comparison.columns.total'),
      width: 88,
      num: true,
      sort: 'total',
      cell: (item) => <Figure value={item.total} to={rowsOf(conditions(item))} label={t('comparison.rows_of', { name: nameOf(item), count: item.total })} />,
    },
    {
      id: 'stopped',
      header: t('comparison.columns.stopped'),
      width: 108,
      num: true,
      sort: 'stopped',
      cell: (item) => {
        const own = conditions(item);
        return <Figure value={item.prohibited} to={rowsOf(own && [...own, stopped])} label={t('comparison.stopped_of', { name: nameOf(item), count: item.prohibited })} />;
      },
    },
    {
      id: 'endpoints',
      header: t('comparison.columns.endpoints'),
      width: 148,
      num: true,
      sort: 'endpoints',
      cell: (item) => (
        <span className={item.endpoints_with === 0 ? 'dim' : undefined}>
          {asked.by === 'person' ? item.endpoints_with.toLocaleString('en-US') : t('comparison.with_of', { with: item.endpoints_with, all: item.endpoints })}
        </span>
      ),
    },
    {
      id: 'average',
      header: t('comparison.columns.average'),
      width: 112,
      num: true,
      sort: 'average',
      cell: (item) => <span className={item.total === 0 ? 'dim' : undefined}>{averageWords(item.average)}</span>,
    },
    {
      id: 'share',
      header: t('comparison.columns.share'),
      width: 128,
      sort: 'share',
      cell: (item) => item.total > 0 && <Bar share={shareOf(item, sum)} label={t('comparison.share', { percent: Math.round(shareOf(item, sum) * 100) })} />,
    },
    { id: 'classes', header: t('comparison.columns.classes'), width: '2fr', sort: 'classes', cell: (item) => <Classes item={item} conditions={conditions(item)} rowsOf={rowsOf} /> },
  ];
  const shown = asked.by === 'endpoint' ? columns.filter(({ id }) => id !== 'endpoints' && id !== 'average') : columns;
  const calm = items.filter((item) => item.total === 0).length;
  return (
    <Section
      title={t(`comparison.compared.${asked.by}`)}
      note={asked.by === 'group' ? t('comparison.calm_groups', { count: items.length, calm }) : t(`comparison.count_${asked.by}`, { count: items.length })}
    >
      {printing ? (
        <Printed items={items} asked={asked} sum={sum} />
      ) : (
        <DataTable<ComparedView>
          id={`comparison-${asked.by}`}
          label={t(`comparison.compared.${asked.by}`)}
          columns={shown}
          rows={{ ...wholeRows(items), count: undefined }}
          rowId={(item) => item.id ?? item.name}
          rowName={nameOf}
          link={(item) => deeper(item, asked, search) ?? rowsOf(conditions(item)) ?? { to: '/comparison', search }}
          sort={{ value: sort, onChange: onSort }}
          tools={<TableButton view={view} asked={asked} sort={sort} />}
          empty={<Empty>{t('comparison.none')}</Empty>}
        />
      )}
    </Section>
  );
}
