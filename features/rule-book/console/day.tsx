import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { ClassView, DayView, EventView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { clockTime, dayTitle } from '@shell/time';
import { Icon } from '@shell/ui/icons';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import type { ReactNode } from 'react';
import css from './calendar.module.css';
import { ClassIcon, useClassWord } from './classes';
import { sum, sumOpen } from './month';

/** More rows of a day are read in the log search. */
const listed = 200;

/** The question of the log search that finds exactly what the calendar counted on a day. */
function searchOf(day: DayView, q: string, more = ''): Record<string, string> {
  return { q: `(${q})${more} 以降:${day.begins_at} まで:${day.ends_at}` };
}

function name(row: EventView): string {
  const whole = row.target ?? row.subject ?? row.image ?? '';
  return whole.includes('://') ? whole : (whole.split(/[/\\]/).findLast((part) => part !== '') ?? whole);
}

function Row({ row, search }: { row: EventView; search: Record<string, string> }): ReactNode {
  const t = useWords('rule-book');
  const place = usePlace();
  const stopped = row.level === 'prohibited';
  return (
    <li>
      <Go to="/events" search={{ ...search, event: row.id }}>
        <span className={css['time']}>{clockTime(Date.parse(row.occurred_at), place, false)}</span>
        <span>
          {row.user ?? '—'}
          <small>{row.hostname}</small>
        </span>
        <span className={css['what']} title={row.target ?? row.subject ?? undefined}>
          {name(row)}
          <small>{typeof row.body?.['rule_name'] === 'string' ? row.body['rule_name'] : row.rule}</small>
        </span>
        <span>
          <Icon name={stopped ? 'shield' : 'bell'} size={14} /> {t(stopped ? 'calendar.stopped' : 'calendar.told')}
        </span>
      </Go>
    </li>
  );
}

/** Alarms of a class behind which stands no row of the log. */
function AlarmsOfClass({ one, day }: { one: ClassView; day: DayView }): ReactNode {
  const t = useWords('rule-book');
  const word = useClassWord();
  const search = { class: one.class, since: day.begins_at, until: day.ends_at };
  return (
    <section className={css['class']} aria-label={t('calendar.alarms_of', { name: word(one.class) })}>
      <h3>
        <ClassIcon name={one.class} />
        <Go to="/alarms" search={search}>
          {t('calendar.alarms_of', { name: word(one.class) })}
        </Go>
        <b>{one.alarms.toLocaleString('en-US')}</b>
      </h3>
    </section>
  );
}

/** What happened on a day, by class. */
export function Day({ day, q, today }: { day: DayView; q: string; today: string }): ReactNode {
  const t = useWords('rule-book');
  const place = usePlace();
  const word = useClassWord();
  const title = dayTitle(Date.parse(day.begins_at), place);
  const [count, open] = [sum(day), sumOpen(day)];
  const rowsOfDay = day.classes.reduce((all, one) => all + one.count, 0);
  const query = useQuery({
    queryKey: ['rule-book', 'day', day.date, q, count],
    enabled: rowsOfDay > 0,
    queryFn: ({ signal }) => answered(api.GET('/api/v1/events', { params: { query: { q, since: day.begins_at, until: day.ends_at, limit: listed } }, signal })),
  });
  const summary = count === 0 ? undefined : t(open > 0 ? 'calendar.day_open' : 'calendar.day_all', { count, open });
  return (
    <Section
      title={`${title.day} ${title.weekday}`}
      note={
        count > 0 && (
          <>
            {summary}{' '}
            {rowsOfDay > 0 && (
              <Go className="t" to="/events" search={searchOf(day, q)}>
                {t('calendar.open_search')}
              </Go>
            )}
          </>
        )
      }
    >
      {day.holiday && place.language === 'ja' && <p className="sm sub">{day.holiday}</p>}
      {count === 0 ? (
        <p className="sm sub">{t(day.date > today ? 'calendar.day_future' : 'calendar.day_none')}</p>
      ) : (
        <>
          {rowsOfDay > 0 && (
            <Await query={query} lines={8}>
              {(page) =>
                day.classes
                  .filter((one) => one.count > 0)
                  .map((one) => {
                    const rows = page.items.filter((row) => (row.class ?? '') === one.class);
                    const search = searchOf(day, q, one.class === '' ? '' : ` class:${one.class}`);
                    return (
                      <section key={one.class} className={css['class']} aria-label={word(one.class)}>
                        <h3>
                          <ClassIcon name={one.class} />
                          <Go to="/events" search={search}>
                            {word(one.class)}
                          </Go>
                          <b>{one.count.toLocaleString('en-US')}</b>
                        </h3>
                        <ul>
                          {rows.map((row) => (
                            <Row key={row.id} row={row} search={search} />
                          ))}
                          {one.count > rows.length && <li className="sm sub">{t('calendar.more', { count: one.count - rows.length })}</li>}
                        </ul>
                      </section>
                    );
                  })
              }
            </Await>
          )}
          {day.classes
            .filter((one) => one.alarms > 0)
            .map((one) => (
              <AlarmsOfClass key={one.class} one={one} day={day} />
            ))}
        </>
      )}
    </Section>
  );
}
