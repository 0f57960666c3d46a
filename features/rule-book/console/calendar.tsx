import { Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearchState } from '@shell/address/use-search';
import { answered, api } from '@shell/api/client';
import type { CalendarView, ClassView, DayView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan, usePlace } from '@shell/session/session';
import { now, partsIn } from '@shell/time';
import { IconButton } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Await } from '@shell/ui/states';
import type { ReactNode } from 'react';
import css from './calendar.module.css';
import { ClassIcon, useClassWord } from './classes';
import { Day } from './day';
import { useAlarmNews } from '../../../core/alarms/console/news';
import { rulesOf } from './rule';
import { useBooks } from './queries';
import { both, heat, isMonth, monthAfter, monthOf, monthTitle, sum, totals, weekdayOf } from './month';

const calendarKey = ['rule-book', 'calendar'] as const;

function Classes({ classes }: { classes: ClassView[] }): ReactNode {
  const t = useWords('rule-book');
  const word = useClassWord();
  return (
    <span className={css['icons']}>
      {classes.map((one) => {
        const name = t(one.open > 0 ? 'calendar.of_class_open' : 'calendar.of_class', { name: word(one.class), count: both(one), open: one.open });
        return (
          <span key={one.class} className={one.open > 0 ? css['open'] : undefined} title={name}>
            <ClassIcon name={one.class} />
            <span className="sr">{name}</span>
            <span aria-hidden="true">{both(one).toLocaleString('en-US')}</span>
          </span>
        );
      })}
    </span>
  );
}

function Grid({ view, today, chosen, onChoose }: { view: CalendarView; today: string; chosen: string | undefined; onChoose: (date: string) => void }): ReactNode {
  const t = useWords('rule-book');
  const { language } = usePlace();
  const busiest = Math.max(...view.days.map((day) => sum(day)));
  const first = view.days[0];
  const before = first ? weekdayOf(first.date) : 0;
  const after = (7 - ((before + view.days.length) % 7)) % 7;
  const cell = (day: DayView): ReactNode => {
    const weekday = weekdayOf(day.date);
    const free = weekday === 0 || weekday === 6 || Boolean(day.holiday);
    const classes = [css['cell'], css[`heat${String(heat(sum(day), busiest))}`], free ? css['free'] : '', day.date > today ? css['future'] : '', day.date === today ? css['today'] : ''];
    return (
      <button
        key={day.date}
        type="button"
        className={classes.join(' ')}
        aria-current={day.date === today ? 'date' : undefined}
        aria-pressed={day.date === chosen}
        onClick={() => {
          onChoose(day.date);
        }}
      >
        <b>{Number(day.date.slice(8))}</b>
        {day.date === today && <small>{t('calendar.today')}</small>}
        {language === 'ja' && day.holiday && <small className={css['holiday']}>{day.holiday}</small>}
        <Classes classes={day.classes} />
      </button>
    );
  };
  return (
    <div className={css['grid']}>
      {[0, 1, 2, 3, 4, 5, 6].map((at) => (
        <span key={at} className={css['weekday']} data-free={at === 0 || at === 6}>
          {t(`calendar.weekdays.${String(at)}` as 'calendar.title')}
        </span>
      ))}
      {Array.from({ length: before }, (_, at) => (
        <span key={`before-${String(at)}`} className={css['out']} />
      ))}
      {view.days.map(cell)}
      {Array.from({ length: after }, (_, at) => (
        <span key={`after-${String(at)}`} className={css['out']} />
      ))}
    </div>
  );
}

function Key({ view }: { view: CalendarView }): ReactNode {
  const t = useWords('rule-book');
  const word = useClassWord();
  return (
    <ul className={css['key']} aria-label={t('calendar.key')}>
      {totals(view).map((one) => (
        <li key={one.class}>
          <ClassIcon name={one.class} />
          {word(one.class)} <b>{both(one).toLocaleString('en-US')}</b>
        </li>
      ))}
    </ul>
  );
}

/** All rules, or one of those that anybody has written. One that is gone stays chosen under its id. */
function RuleChoice({ chosen, onChoose }: { chosen: string | undefined; onChoose: (rule: string | undefined) => void }): ReactNode {
  const t = useWords('rule-book');
  const books = useBooks();
  const named = new Map(books.data?.flatMap((book) => rulesOf(book.value)).map((rule) => [rule.id, rule.name]));
  if (chosen !== undefined && !named.has(chosen)) named.set(chosen, chosen);
  return (
    <Select
      className={css['rule']}
      aria-label={t('calendar.rule')}
      placeholder={t('calendar.every_rule')}
      searchable
      clearable
      data={[...named].map(([value, label]) => ({ value, label }))}
      value={chosen ?? null}
      onChange={(value) => {
        onChoose(value ?? undefined);
      }}
    />
  );
}

/** A white calendar is a calm month; an icon and a number say what was not. A day opens exactly those rows. */
export default function Calendar(): ReactNode {
  const t = useWords('rule-book');
  const { zone, language } = usePlace();
  const [search, change] = useSearchState();
  const at = partsIn(zone, now());
  const thisMonth = monthOf(now(), zone);
  const today = `${thisMonth}-${String(at.day).padStart(2, '0')}`;
  const month = isMonth(search['month']) ? search['month'] : thisMonth;
  const chosen = search['day'] ?? (month === thisMonth ? today : undefined);
  const rule = search['rule'];
  const mayRead = useCan('policies.read');
  useAlarmNews([calendarKey], useCan('alarms.read'));
  const query = useQuery({
    queryKey: [...calendarKey, month, zone, rule],
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.GET('/api/v1/rule-book/calendar', { params: { query: { month, time_zone: zone, ...(rule === undefined ? {} : { rule }) } }, signal })),
  });
  const turn = (to: string): void => {
    change({ month: to === thisMonth ? undefined : to, day: undefined });
  };
  const lived = query.data?.days.filter((day) => day.date <= today) ?? [];
  const calm = lived.filter((day) => sum(day) === 0).length;
  const day = query.data?.days.find((one) => one.date === chosen);
  return (
    <>
      <PageHead room="records" title="rule-book:calendar.title" lead={t('calendar.lead')} />
      <div className={css['columns']}>
        <section aria-labelledby="month">
          <header className={css['head']}>
            <h2 id="month">{monthTitle(month, language)}</h2>
            <IconButton
              name="left"
              label={t('calendar.previous')}
              onClick={() => {
                turn(monthAfter(month, -1));
              }}
            />
            <button
              type="button"
              className="t"
              disabled={month === thisMonth}
              onClick={() => {
                turn(thisMonth);
              }}
            >
              {t('calendar.this_month')}
            </button>
            <IconButton
              name="right"
              label={t('calendar.next')}
              onClick={() => {
                turn(monthAfter(month, 1));
              }}
            />
            {mayRead && (
              <RuleChoice
                chosen={rule}
                onChoose={(next) => {
                  change({ rule: next });
                }}
              />
            )}
            {lived.length > 0 && <p className="sm sub">{t('calendar.calm', { days: lived.length, calm })}</p>}
          </header>
          <Await query={query} lines={16}>
            {(view) => (
              <>
                <Grid
                  view={view}
                  today={today}
                  chosen={chosen}
                  onChoose={(date) => {
                    change({ day: date }, { replace: true });
                  }}
                />
                {!view.complete && (
                  <p role="status" className="sm">
                    {t('calendar.incomplete')}
                  </p>
                )}
                <Key view={view} />
              </>
            )}
          </Await>
        </section>
        {day && query.data ? <Day key={`${day.date} ${query.data.q}`} day={day} q={query.data.q} today={today} /> : <p className="sm sub">{t('calendar.choose')}</p>}
      </div>
    </>
  );
}
