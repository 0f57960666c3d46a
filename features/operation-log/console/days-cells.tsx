import type { MachineDay, MachineDayMark } from '@shell/api/schema';
import { usePlace } from '@shell/session/session';
import { clockTime } from '@shell/time';
import { Go } from '@shell/ui/link';
import type { ReactNode } from 'react';
import { useLength, useRowsOf } from './days-rows';
import { useDaysWords } from './days-words';
import css from './days.module.css';

type How = 'boot' | 'wake' | 'shutdown' | 'sleep' | 'not_told';

/** A moment that opens the row that tells of it. */
function Moment({ at, event, what }: { at: string; event: string | null | undefined; what: string }): ReactNode {
  const t = useDaysWords();
  const time = clockTime(Date.parse(at), usePlace(), false);
  if (!event) return <span>{time}</span>;
  return (
    <Go className={css['figure']} to="/events" search={{ event }} aria-label={t('open_row', { what, time })}>
      {time}
    </Go>
  );
}

function Marked({ mark }: { mark: MachineDayMark }): ReactNode {
  const t = useDaysWords();
  const how = mark.how as How;
  const what = t(`how.${how}`);
  const usual = how === 'boot' || how === 'shutdown';
  return (
    <>
      <Moment at={mark.at} event={mark.event} what={what} />
      {!usual && (
        <span className={css['how']} title={how === 'not_told' ? t('not_told_hint') : undefined}>
          {what}
        </span>
      )}
    </>
  );
}

/** When it began to run on this day. */
export function Start({ day }: { day: MachineDay }): ReactNode {
  const t = useDaysWords();
  if (day.ran_in) return <span className={css['how']}>{t('ran_in')}</span>;
  return day.first_start ? <Marked mark={day.first_start} /> : '–';
}

/** When it ceased. */
export function Stop({ day }: { day: MachineDay }): ReactNode {
  const t = useDaysWords();
  if (day.runs_on) return <span className={css['how']}>{t('runs_on')}</span>;
  return day.last_stop ? <Marked mark={day.last_stop} /> : '–';
}

/** For how long it was awake. */
export function On({ day, name }: { day: MachineDay; name: string }): ReactNode {
  const t = useDaysWords();
  const length = useLength();
  const rowsOf = useRowsOf();
  if (day.on_ms === 0) return <span className="dim">–</span>;
  return (
    <Go {...rowsOf.run(day)} className={css['figure']} title={t('open_run', { day: name })}>
      {length(day.on_ms)}
    </Go>
  );
}

/** Who was there, for how long, and between which logon and logoff. */
export function People({ day, name }: { day: MachineDay; name: string }): ReactNode {
  const t = useDaysWords();
  const length = useLength();
  const rowsOf = useRowsOf();
  const place = usePlace();
  const time = (seat: { at: string } | null | undefined): string => (seat ? clockTime(Date.parse(seat.at), place, false) : '…');
  return (
    <span className={css['people']}>
      {day.people.map((person) => (
        <span key={person.person ?? person.user}>
          {person.name}{' '}
          <Go {...rowsOf.person(day, person)} className={css['figure']} aria-label={t('open_person', { name: person.name, day: name })}>
            {length(person.present_ms)}
          </Go>
          {(person.first_logon ?? person.last_logoff) && (
            <span className={css['how']}>{t('logged', { from: time(person.first_logon), to: time(person.last_logoff) })}</span>
          )}
        </span>
      ))}
    </span>
  );
}
