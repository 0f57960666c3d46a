import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { answered, api } from '@shell/api/client';
import type { ComparisonView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { isRoot, useGroups } from '@shell/pick/groups';
import { usePlace, useSession } from '@shell/session/session';
import { exact, now } from '@shell/time';
import { Filters, Range } from '@shell/ui/filters';
import { Icon } from '@shell/ui/icons';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Await } from '@shell/ui/states';
import { Tabs } from '@shell/ui/tabs';
import { Fragment, type ReactNode } from 'react';
import css from './comparison.module.css';
import { type Asked, bys, useDays } from './comparison-asked';
import { ClassChoice } from './comparison-classes';
import { PrintButton } from './comparison-print';
import { chainOf } from './comparison-question';
import { sumOf } from './comparison-rows';
import { firstSpan, momentsOf, reachOf, spans, type Fault } from './comparison-span';
import { ComparedTable } from './comparison-table';
import { Trend } from './comparison-trend';

/** In the address, what rules without a class answered to. */
const unnamed = '-';

/** The way from the root down to the group in which everything lies. */
function Way({ asked, search }: { asked: Asked; search: Record<string, string | undefined> }): ReactNode {
  const t = useWords('rule-book');
  const chain = chainOf(asked.groups, asked.group);
  if (chain.length < 2) return null;
  return (
    <nav className={css['way']} aria-label={t('comparison.way')}>
      {chain.map((group, at) => (
        <Fragment key={group.id}>
          {at > 0 && <Icon name="right" size={12} />}
          {at === chain.length - 1 ? (
            <b aria-current="page">{group.name}</b>
          ) : (
            <Go className="t" to="/comparison" search={{ ...search, by: undefined, group: isRoot(group) ? undefined : group.id }}>
              {group.name}
            </Go>
          )}
        </Fragment>
      ))}
    </nav>
  );
}

function Summary({ view, asked }: { view: ComparisonView; asked: Asked }): ReactNode {
  const t = useWords('rule-book');
  const total = sumOf(view.items);
  if (total === 0) return <p className={css['calm']}>{t('comparison.calm')}</p>;
  // One endpoint may be that of two people: only groups and endpoints add up.
  const count = asked.by === 'group' ? sumOf(view.items, 'endpoints_with') : view.items.length;
  return (
    <p className={css['sum']} role="status">
      <b>{t('comparison.total', { count: total })}</b>{' '}
      <span className="sm sub">
        {t('comparison.of_them_stopped', { count: sumOf(view.items, 'prohibited') })} {t(asked.by === 'person' ? 'comparison.of_people' : 'comparison.on_endpoints', { count })}
      </span>
    </p>
  );
}

function Times({ asked, change }: { asked: Asked; change: (changes: Record<string, string | undefined>) => void }): ReactNode {
  const t = useWords('rule-book');
  const { span, from, to } = asked.reach;
  const field = (name: 'from' | 'to'): ReactNode => (
    <TextInput
      type="date"
      label={t(`comparison.${name}`)}
      value={asked.reach[name]}
      onChange={(event) => {
        change({ [name]: event.currentTarget.value || undefined });
      }}
    />
  );
  return (
    <>
      <Select
        label={t('comparison.span.label')}
        data={spans.map((one) => ({ value: one, label: t(`comparison.span.${one}`) }))}
        value={span}
        allowDeselect={false}
        onChange={(one) => {
          if (one === 'own') change({ span: one, from, to });
          else change({ span: one === firstSpan ? undefined : (one ?? undefined), from: undefined, to: undefined });
        }}
      />
      {span === 'own' && <Range from={field('from')} to={field('to')} />}
    </>
  );
}

function Misfit({ fault }: { fault: Fault }): ReactNode {
  const t = useWords('rule-book');
  return (
    <p role="alert" className={css['calm']}>
      {t(`comparison.fault.${fault}`)}
    </p>
  );
}

/** Which groups, endpoints or people rules answered to, and on which days; every number opens exactly its rows. */
export default function Comparison(): ReactNode {
  const t = useWords('rule-book');
  const place = usePlace();
  const { zone } = place;
  const { organisation } = useSession();
  const [search, change] = useSearchState();
  const { data: groups = [] } = useGroups();
  const root = groups.find(isRoot)?.id;
  const reach = reachOf(search, now(), zone);
  const written = search['class'];
  const asked: Asked = {
    by: oneOf(bys, search['by']) ?? 'group',
    group: search['group'],
    class: written === unnamed ? '' : written,
    reach,
    groups,
  };
  const moments = momentsOf(reach, zone);
  const { by, group } = asked;
  const fault = typeof moments === 'string' ? moments : undefined;
  const times = typeof moments === 'string' ? { since: '', until: '' } : moments;
  const stretch = JSON.stringify([by, group, times, zone]);
  const query = useQuery<ComparisonView>({
    queryKey: ['rule-book', 'comparison', stretch, asked.class],
    enabled: fault === undefined,
    // Another class of the same: what stands there stays until it has come.
    placeholderData: (before, last) => (last?.queryKey[2] === stretch ? before : undefined),
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/rule-book/comparison', { params: { query: { by, group, class: asked.class, ...times, time_zone: zone } }, signal })),
  });
  const days = useDays();
  const kept = { ...search, by: undefined, sort: undefined };
  return (
    <>
      <PageHead
        room="records"
        title="rule-book:comparison.title"
        lead={<span className={css['screen']}>{t('comparison.lead')}</span>}
        acts={query.data && <PrintButton />}
      />
      <div className={css['screen']}>
        <Tabs label={t('comparison.by.label')} open={by} tabs={bys.map((one) => ({ id: one, label: t(`comparison.by.${one}`), to: '/comparison', search: { ...kept, by: one === 'group' ? undefined : one } }))} />
        <Filters>
          <Times asked={asked} change={change} />
          <GroupSelect
            label={t('comparison.group')}
            fixedOnly
            value={group ?? root ?? null}
            onChange={(id) => {
              change({ group: id === null || id === root ? undefined : id });
            }}
          />
        </Filters>
      </div>
      <Way asked={asked} search={kept} />
      {fault ? (
        <Misfit fault={fault} />
      ) : (
        <Await query={query} lines={18}>
          {(view) => (
            <div className={query.isPlaceholderData ? css['old'] : undefined} aria-busy={query.isPlaceholderData}>
              <p className={css['printed']}>
                {t('comparison.printed', { organisation: organisation.name, by: t(`comparison.by.${by}`), days: days(reach), now: exact(now(), place) })}
              </p>
              <Summary view={view} asked={asked} />
              {!view.complete && (
                <p role="status" className={css['incomplete']}>
                  {t('comparison.incomplete')}
                </p>
              )}
              <ClassChoice
                classes={view.classes}
                chosen={asked.class}
                onChoose={(name) => {
                  change({ class: name === '' ? unnamed : name });
                }}
              />
              <Trend view={view} asked={asked} />
              <ComparedTable
                view={view}
                asked={asked}
                search={kept}
                sort={search['sort']}
                onSort={(sort) => {
                  change({ sort }, { replace: true });
                }}
              />
            </div>
          )}
        </Await>
      )}
    </>
  );
}
