import type { ComparisonView, TrendView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { fromLocalInput, shortDay } from '@shell/time';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { type Asked, useDay, useDays, useRowsOf } from './comparison-asked';
import css from './comparison.module.css';
import { SaveButton } from './comparison-export';
import { inGroup } from './comparison-question';
import { everyDay } from './comparison-span';

/** About so many days have their date written below. */
const labels = 10;

/** The days one after another, as a table: for whoever does not see the picture, or wants the numbers. */
function Days({ days, asked, view }: { days: TrendView[]; asked: Asked; view: ComparisonView }): ReactNode {
  const t = useWords('rule-book');
  const dayWord = useDay();
  const rowsOf = useRowsOf(view, asked);
  const inside = inGroup(asked.groups, asked.group);
  const lively = days.filter((day) => day.total > 0);
  return (
    <details className={css['days']}>
      <summary className="sm">{t('comparison.days.table')}</summary>
      <table aria-label={t('comparison.days.title')}>
        <thead>
          <tr>
            <th scope="col">{t('comparison.days.day')}</th>
            <th scope="col">{t('comparison.columns.total')}</th>
            <th scope="col">{t('comparison.columns.endpoints')}</th>
          </tr>
        </thead>
        <tbody>
          {lively.map((day) => {
            const rows = rowsOf(inside, { from: day.date, to: day.date });
            return (
              <tr key={day.date}>
                <th scope="row">{dayWord(day.date)}</th>
                <td>{rows ? <Go {...rows} className="t">{day.total.toLocaleString('en-US')}</Go> : day.total.toLocaleString('en-US')}</td>
                <td>{day.endpoints_with.toLocaleString('en-US')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {lively.length < days.length && <p className="sm sub">{t('comparison.days.others', { count: days.length - lively.length })}</p>}
      <SaveButton
        what="days"
        asked={asked}
        lines={() => [
          [t('comparison.days.day'), t('comparison.columns.total'), t('comparison.columns.endpoints')],
          ...days.map((day) => [day.date, day.total, day.endpoints_with]),
        ]}
      />
    </details>
  );
}

/** How much there was on each day. A day without anything has its place, with nothing on it. */
export function Trend({ view, asked }: { view: ComparisonView; asked: Asked }): ReactNode {
  const t = useWords('rule-book');
  const place = usePlace();
  const dayWord = useDay();
  const daysWords = useDays();
  const rowsOf = useRowsOf(view, asked);
  const inside = inGroup(asked.groups, asked.group);
  const days = everyDay(asked.reach, view.days, (date) => ({ date, total: 0, endpoints_with: 0 }));
  const lively = view.days.length > 0;
  const most = Math.max(1, ...days.map((day) => day.total));
  const every = Math.max(1, Math.ceil(days.length / labels));
  return (
    <Section
      title={t('comparison.days.title')}
      note={t('comparison.days.calm', { days: days.length, calm: days.filter((day) => day.total === 0).length })}
    >
      <p className="sr">{t('comparison.days.picture', { days: daysWords(asked.reach), count: most })}</p>
      {/* The table below says the same, and leads to the same rows. */}
      <div className={css['plot']} aria-hidden="true">
        <span className={css['most']}>{lively && t('comparison.count', { count: most })}</span>
        {days.map((day) => {
          const rows = day.total > 0 && rowsOf(inside, { from: day.date, to: day.date });
          const bar = <i style={{ height: `${String((day.total / most) * 100)}%` }} />;
          const title = t('comparison.days.of_day', { day: dayWord(day.date), count: day.total, endpoints: day.endpoints_with });
          return rows ? (
            <Go key={day.date} {...rows} className={css['day']} title={title} tabIndex={-1}>
              {bar}
            </Go>
          ) : (
            <span key={day.date} className={css['day']} title={title}>
              {bar}
            </span>
          );
        })}
      </div>
      <div className={css['dates']} aria-hidden="true">
        {days.map((day, at) =>
          at % every === 0 ? (
            <span key={day.date} data-each={every === 1} style={{ left: `${String((at / days.length) * 100)}%`, width: every === 1 ? `${String(100 / days.length)}%` : undefined }}>
              {shortDay(fromLocalInput(`${day.date}T00:00`, place.zone) ?? 0, place)}
            </span>
          ) : null,
        )}
      </div>
      {lively ? <Days days={days} asked={asked} view={view} /> : <div className={css['days']} />}
    </Section>
  );
}
