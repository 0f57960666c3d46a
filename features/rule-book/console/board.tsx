import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { TodayClassView, TodayView } from '@shell/api/schema';
import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import { useCan, usePlace } from '@shell/session/session';
import { Go, type Target } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Await } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { useAlarmNews } from '../../../core/alarms/console/news';
import en from './board.en.json';
import css from './board.module.css';
import ja from './board.ja.json';
import { columns, rowsOf, sumOf, usualOf, type Column } from './board-rows';
import { ClassIcon, useClassWord } from './classes';

const boardWords = ownWords({ ja, en });
const boardKey = ['rule-book', 'today'] as const;

const written = (value: number): string => value.toLocaleString('en-US');

/** A number that opens exactly its rows; red is one that nobody has looked at. Nothing is grey and leads nowhere. */
function Figure({ value, to, label, open }: { value: number; to: Target | undefined; label: string; open: boolean }): ReactNode {
  if (value === 0) return <span className="dim">0</span>;
  if (!to) return written(value);
  return (
    <Go {...to} className={open ? css['open'] : css['figure']} aria-label={label}>
      {written(value)}
    </Go>
  );
}

function Row({ view, one, say }: { view: TodayView; one: TodayClassView; say: OwnSay<typeof ja> }): ReactNode {
  const word = useClassWord();
  const mayAlarms = useCan('alarms.read');
  const name = word(one.class);
  const cell = (column: Column): ReactNode => {
    const value = one[column];
    const label = say('rows', { name, what: say(column), count: written(value) });
    const to = rowsOf(view, one.class, column);
    return (
      <td key={column}>
        <Figure value={value} to={to.to === '/alarms' && !mayAlarms ? undefined : to} label={label} open={column === 'open'} />
      </td>
    );
  };
  return (
    <tr>
      <th scope="row">
        <ClassIcon name={one.class} /> {name}
      </th>
      {columns.slice(0, 2).map(cell)}
      <td className="sub">{one.usual === null || one.usual === undefined ? '—' : written(one.usual)}</td>
      {columns.slice(2).map(cell)}
    </tr>
  );
}

function Shown({ view, say }: { view: TodayView; say: OwnSay<typeof ja> }): ReactNode {
  const usual = usualOf(view);
  return (
    <>
      <p className={css['sum']} role="status">
        <b>{sumOf(view) === 0 ? say('calm') : say('sum', { count: written(sumOf(view)) })}</b>{' '}
        <span className="sm sub">{usual === undefined ? say('no_usual') : say('usual', { usual: written(usual) })}</span>
      </p>
      {!view.complete && <p className="sm">{say('incomplete')}</p>}
      {view.classes.length > 0 && (
        <div className={css['scroll']}>
          <table className={css['table']} aria-label={say('table')}>
            <thead>
              <tr>
                <th scope="col">{say('class')}</th>
                <th scope="col">{say('alarms')}</th>
                <th scope="col">{say('prohibited')}</th>
                <th scope="col">{say('usual_column')}</th>
                <th scope="col">{say('open')}</th>
                <th scope="col">{say('handling')}</th>
                <th scope="col">{say('handled')}</th>
              </tr>
            </thead>
            <tbody>
              {view.classes.map((one) => (
                <Row key={one.class} view={view} one={one} say={say} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** Today by class, against the same weekday's usual. It is read anew the moment something changes about alarms. */
export default function Board(): ReactNode {
  const say = boardWords(useLanguage());
  const { zone } = usePlace();
  useAlarmNews([boardKey], useCan('alarms.read'));
  const query = useQuery({
    queryKey: [...boardKey, zone],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => answered(api.GET('/api/v1/rule-book/today', { params: { query: { time_zone: zone } }, signal })),
  });
  return (
    <>
      <PageHead room="records" title="rule-book:board.title" lead={say('lead')} />
      <Await query={query} lines={10}>
        {(view) => <Shown view={view} say={say} />}
      </Await>
    </>
  );
}
