import { useQuery } from '@tanstack/react-query';
import { useSearchState } from '@shell/address/use-search';
import { answered, api } from '@shell/api/client';
import type { MachineDay, MachineDays } from '@shell/api/schema';
import { usePlace } from '@shell/session/session';
import { dayTitle, longDay, now } from '@shell/time';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Section } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { On, People, Start, Stop } from './days-cells';
import { daysOf, everyDay, momentsOf, monthAfter, monthOf, placeOf, type Reach } from './days-dates';
import { useLength } from './days-rows';
import { useDaysWords } from './days-words';
import css from './days.module.css';

/** The day as a line from midnight to midnight. The columns beside it say the same in words. */
function Course({ day, moments }: { day: MachineDay | undefined; moments: [number, number] }): ReactNode {
  const bars = [
    ...(day?.on ?? []).map((span) => ({ what: 'on', span })),
    ...(day?.people ?? []).flatMap((person) => person.present).map((span) => ({ what: 'present', span })),
  ];
  return (
    <div className={css['course']} aria-hidden="true">
      {bars.map(({ what, span }) => {
        const { left, width } = placeOf(span, moments);
        return <i key={`${what} ${span.from} ${span.to}`} data-what={what} style={{ left: `${String(left)}%`, width: `${String(width)}%` }} />;
      })}
    </div>
  );
}

function Table({ items, reach }: { items: MachineDay[]; reach: Reach }): ReactNode {
  const t = useDaysWords();
  const place = usePlace();
  const known = new Map(items.map((day) => [day.date, day]));
  return (
    <div className={css['scroll']}>
      <table aria-label={t('columns.course')}>
        <thead>
          <tr>
            <th scope="col">{t('columns.day')}</th>
            <th scope="col" aria-label={t('columns.course')}>
              <span className={css['hours']} aria-hidden="true">
                {[0, 6, 12, 18, 24].map((hour) => (
                  <span key={hour}>{hour}</span>
                ))}
              </span>
            </th>
            <th scope="col">{t('columns.start')}</th>
            <th scope="col">{t('columns.stop')}</th>
            <th scope="col">{t('columns.on')}</th>
            <th scope="col">{t('columns.people')}</th>
          </tr>
        </thead>
        <tbody>
          {everyDay(reach).map((date) => {
            const moments = momentsOf(date, place.zone);
            const day = known.get(date);
            const name = longDay(moments[0], now(), place);
            return (
              <tr key={date} data-rest={day ? undefined : true}>
                <th scope="row">
                  {name} <span className={css['how']}>{dayTitle(moments[0], place).weekday}</span>
                </th>
                <td style={{ width: '45%' }}>
                  <Course day={day} moments={moments} />
                </td>
                {day ? (
                  <>
                    <td>
                      <Start day={day} />
                    </td>
                    <td>
                      <Stop day={day} />
                    </td>
                    <td>
                      <On day={day} name={name} />
                    </td>
                    <td>
                      <People day={day} name={name} />
                    </td>
                  </>
                ) : (
                  <td colSpan={4} className="dim">
                    –
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** One machine through a month, a line for each day. */
export function Month({ endpoint }: { endpoint: string }): ReactNode {
  const t = useDaysWords();
  const { zone, language } = usePlace();
  const [search] = useSearchState();
  const length = useLength();
  const month = monthOf(search, now(), zone);
  const reach = daysOf(month, now(), zone);
  const query = useQuery<MachineDays>({
    queryKey: ['operation-log', 'days', endpoint, reach],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/operation-log/days', { params: { query: { ...reach, endpoint } }, signal })),
  });
  const hostname = query.data?.items[0]?.hostname;
  const to = (by: number): Record<string, string> => ({ endpoint, month: monthAfter(month, by) });
  const title = new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(Date.parse(`${month}-01T00:00:00Z`));
  const begun = monthOf({}, now(), zone);
  const sheet = new URLSearchParams({ ...reach, endpoint, language });
  return (
    <>
      <PageHead room="records" title="operation-log:days" lead={t('lead')} />
      <nav className={css['months']}>
        <Go className="t" to="/days">
          {t('month.back')}
        </Go>
        <Go className="t" to="/days" search={to(-1)}>
          {t('month.before')}
        </Go>
        {month < begun && (
          <Go className="t" to="/days" search={to(1)}>
            {t('month.after')}
          </Go>
        )}
        <a className="t" href={`/api/v1/operation-log/days.csv?${sheet.toString()}`} download>
          {t('csv')}
        </a>
        <span className={css['legend']} aria-hidden="true">
          <i /> {t('month.legend_on')}
        </span>
        <span className={css['legend']} data-what="present" aria-hidden="true">
          <i /> {t('month.legend_present')}
        </span>
      </nav>
      <Await query={query} lines={24}>
        {({ items, complete }) => (
          <Section
            title={hostname === undefined ? title : t('month.title', { hostname })}
            note={`${title} · ${t('month.sum', { on: length(items.reduce((all, day) => all + day.on_ms, 0)), days: items.length })}`}
          >
            {!complete && (
              <p role="status" className={css['note']}>
                {t('incomplete')}
              </p>
            )}
            {items.length === 0 ? <Empty>{t('month.none')}</Empty> : <Table items={items} reach={reach} />}
          </Section>
        )}
      </Await>
    </>
  );
}
