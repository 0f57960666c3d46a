import { TextInput } from '@mantine/core';
import { useSearchState } from '@shell/address/use-search';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { MachineDay } from '@shell/api/schema';
import { GroupSelect } from '@shell/pick/group-select';
import { isRoot, useGroups } from '@shell/pick/groups';
import { usePlace } from '@shell/session/session';
import { longDay, now } from '@shell/time';
import { Filters, Range } from '@shell/ui/filters';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Section } from '@shell/ui/section';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { useState, type ReactNode } from 'react';
import { On, People, Start, Stop } from './days-cells';
import { faultOf, momentsOf, reachOf } from './days-dates';
import { Month } from './days-month';
import { useDaysWords } from './days-words';
import css from './days.module.css';

function List(): ReactNode {
  const t = useDaysWords();
  const place = usePlace();
  const [search, change] = useSearchState();
  const { data: groups = [] } = useGroups();
  const root = groups.find(isRoot)?.id;
  const reach = reachOf(search, now(), place.zone);
  const group = search['group'];
  const fault = faultOf(reach);
  const [incomplete, setIncomplete] = useState(false);
  const rows = useRows<MachineDay>(
    ['operation-log', 'days', reach, group],
    async (cursor, signal) => {
      const page = await answered(api.GET('/api/v1/operation-log/days', { params: { query: { ...reach, group, cursor } }, signal }));
      setIncomplete((before) => (cursor !== undefined && before) || !page.complete);
      return { ...page, count: { value: page.items.length, exact: false } };
    },
    { enabled: fault === undefined },
  );
  const nameOf = (day: MachineDay): string => longDay(momentsOf(day.date, place.zone)[0], now(), place);
  const columns: Column<MachineDay>[] = [
    {
      id: 'endpoint',
      header: t('columns.endpoint'),
      width: '1fr',
      cell: (day) => (
        <Go className="t" to="/days" search={{ endpoint: day.endpoint, month: day.date.slice(0, 7) }}>
          {day.hostname}
        </Go>
      ),
    },
    { id: 'day', header: t('columns.day'), width: 100, cell: nameOf },
    { id: 'start', header: t('columns.start'), width: 148, cell: (day) => <Start day={day} /> },
    { id: 'stop', header: t('columns.stop'), width: 148, cell: (day) => <Stop day={day} /> },
    { id: 'on', header: t('columns.on'), width: 112, num: true, cell: (day) => <On day={day} name={nameOf(day)} /> },
    { id: 'people', header: t('columns.people'), width: '2fr', cell: (day) => <People day={day} name={nameOf(day)} /> },
  ];
  const field = (name: 'from' | 'to'): ReactNode => (
    <TextInput
      type="date"
      label={t(name)}
      value={reach[name]}
      onChange={(event) => {
        change({ ...reach, [name]: event.currentTarget.value || undefined });
      }}
    />
  );
  const query = new URLSearchParams({ ...reach, ...(group ? { group } : {}), language: place.language });
  return (
    <>
      <PageHead room="records" title="operation-log:days" lead={t('lead')} />
      <Filters>
        <Range from={field('from')} to={field('to')} />
        <GroupSelect
          label={t('group')}
          fixedOnly
          value={group ?? root ?? null}
          onChange={(id) => {
            change({ group: id === null || id === root ? undefined : id });
          }}
        />
      </Filters>
      {incomplete && (
        <p role="status" className={css['note']}>
          {t('incomplete')}
        </p>
      )}
      {fault ? (
        <p role="alert">{t(fault)}</p>
      ) : (
        <Section title={t('table')}>
          <DataTable<MachineDay>
            id="machine-days"
            label={t('table')}
            columns={columns}
            rows={{ ...rows, count: undefined }}
            rowId={(day) => `${day.endpoint} ${day.date}`}
            rowName={(day) => `${day.hostname} ${nameOf(day)}`}
            tools={
              <a className="t" href={`/api/v1/operation-log/days.csv?${query.toString()}`} download>
                {t('csv')}
              </a>
            }
            empty={<Empty>{t('none')}</Empty>}
          />
        </Section>
      )}
    </>
  );
}

/** When machines ran and who sat at them: all of them by day, or one through a month. */
export default function Days(): ReactNode {
  const [search] = useSearchState();
  const endpoint = search['endpoint'];
  return endpoint === undefined ? <List /> : <Month endpoint={endpoint} />;
}
