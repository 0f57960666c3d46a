import { useMarks } from '@shell/i18n/marks';
import { usePlace } from '@shell/session/session';
import { shortDay } from '@shell/time';
import { PlainTable } from '@shell/ui/plain-table';
import type { ReactNode } from 'react';
import type { BoardDay } from './api';
import { number } from './number';
import { useBoardWords } from './own-words';
import css from './parts.module.css';
import { lineOf, roundTop, weeksOf } from './trend';

const width = 900;
const height = 160;

/** Machines behind and overdue findings over 90 days, and the same in numbers for who does not see pictures. */
export function TrendChart({ days }: { days: BoardDay[] }): ReactNode {
  const t = useBoardWords();
  const place = usePlace();
  const marks = useMarks();
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return <p className="sm sub">{t('trend_none')}</p>;
  const behind = days.map((day) => day.behind);
  const late = days.map((day) => day.overdue);
  const top = roundTop([...behind, ...late]);
  const dayOf = (day: BoardDay): string => shortDay(Date.parse(`${day.day}T12:00:00Z`), place);
  return (
    <figure className={css['trend']}>
      <div className={css['legend']} aria-hidden="true">
        <span>
          <svg viewBox="0 0 24 12">
            <path className={css['behind']} d="M0 6h24" />
          </svg>
          {t('trend_behind')} <b>{number(last.behind)}</b>
        </span>
        <span>
          <svg viewBox="0 0 24 12">
            <path className={css['late']} d="M0 6h24" />
          </svg>
          {t('trend_overdue')} <b>{number(last.overdue)}</b>
        </span>
      </div>
      <div className={css['axis']} aria-hidden="true">
        <span>{number(top)}</span>
      </div>
      <svg viewBox={`0 0 ${String(width)} ${String(height)}`} preserveAspectRatio="none" role="img" aria-label={t('trend_alt', { first: number(first.behind), last: number(last.behind) })}>
        <path className={css['grid']} d={`M0 0h${String(width)}M0 ${String(height / 2)}h${String(width)}`} />
        <path className={css['foot']} d={`M0 ${String(height)}h${String(width)}`} />
        <polyline className={css['late']} points={lineOf(late, top, width, height).points} />
        <polyline className={css['behind']} points={lineOf(behind, top, width, height).points} />
      </svg>
      <div className={css['axis']} aria-hidden="true">
        <span>{dayOf(first)}</span>
        <span>{dayOf(last)}</span>
      </div>
      <details className={css['weeks']}>
        <summary>{t('trend_table')}</summary>
        <PlainTable label={marks.noted(t('trend'), t('trend_note'))} heads={[t('week_end'), { num: t('trend_behind') }, { num: t('trend_overdue') }, { num: t('appeared') }, { num: t('fixed') }]}>
            {weeksOf(days).map((week) => (
              <tr key={week.last.day}>
                <td>{dayOf(week.last)}</td>
                {[week.last.behind, week.last.overdue, week.appeared, week.fixed].map((value, at) => (
                  <td key={at} className="num">
                    {number(value)}
                  </td>
                ))}
              </tr>
            ))}
        </PlainTable>
      </details>
    </figure>
  );
}
