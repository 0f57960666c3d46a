import { useNow } from '@shell/time';
import { Go } from '@shell/ui/link';
import { PlainTable } from '@shell/ui/plain-table';
import { Section } from '@shell/ui/section';
import { RelativeTime } from '@shell/ui/time';
import { KeyValues, Remark, StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import type { Board, Filter } from './api';
import { useDayOf } from './day';
import { searchOf } from './filter';
import { number } from './number';
import { useBoardWords, useTerms } from './own-words';
import css from './parts.module.css';
import { SeverityWord } from './severity';

/** A feed that was read well so long ago is said to be old, in milliseconds. */
const old = 7 * 86_400_000;

/** How many machines have something of each severity, and how much of it is past its deadline. */
export function Severities({ board, filter }: { board: Board; filter: Filter }): ReactNode {
  const t = useBoardWords();
  const terms = useTerms();
  return (
    <Section title={t('severities')}>
      <PlainTable label={t('severities')} heads={[t('severity'), { num: t('machines') }, { num: t('overdue') }]}>
          {board.severities.map(({ severity, machines, overdue }) => (
            <tr key={severity}>
              <td>
                <SeverityWord severity={severity} />
              </td>
              <td className="num">
                {machines === 0 ? (
                  <span className="dim">0</span>
                ) : (
                  <Go className="t" to="/vulnerabilities/machines" search={searchOf({ ...filter, severity })}>
                    {number(machines)}
                  </Go>
                )}
              </td>
              <td className="num">
                {overdue === 0 ? (
                  <span className="dim">0</span>
                ) : (
                  <Go className="aka" to="/vulnerabilities/weaknesses" search={searchOf({ ...filter, severity, overdue: true })} aria-label={t('overdue_of', { severity: terms(`severity.${severity}`), count: number(overdue) })}>
                    <b>{number(overdue)}</b>
                  </Go>
                )}
              </td>
            </tr>
          ))}
      </PlainTable>
    </Section>
  );
}

/** What came and went in seven days, and what was set aside. */
export function ThisWeek({ board, filter }: { board: Board; filter: Filter }): ReactNode {
  const t = useBoardWords();
  const terms = useTerms();
  const found = (count: number, standing: string): ReactNode =>
    count === 0 ? (
      <span className="dim">0</span>
    ) : (
      <Go className="t" to="/vulnerabilities/weaknesses" search={searchOf({ ...filter, standing })}>
        {terms('findings', { count: number(count) })}
      </Go>
    );
  return (
    <Section title={t('this_week')}>
      <KeyValues
        facts={[
          { label: t('this_week_fixed'), value: terms('findings', { count: number(board.fixed_this_week) }) },
          { label: t('this_week_appeared'), value: terms('findings', { count: number(board.appeared_this_week) }) },
          { label: t('excepted'), value: found(board.excepted, 'excepted') },
          { label: t('no_fix'), value: found(board.no_fix, 'no_fix') },
        ]}
      />
    </Section>
  );
}

/** Products whose support is over or soon will be. */
export function Ends({ board }: { board: Board }): ReactNode {
  const t = useBoardWords();
  const day = useDayOf();
  const terms = useTerms();
  return (
    <Section title={t('ends')} note={t('ends_note')}>
      {board.ends.length === 0 ? (
        <p className="sm sub">{t('ends_none')}</p>
      ) : (
        <PlainTable label={t('ends')}>
            {board.ends.map((end) => (
              <tr key={`${end.product} ${end.cycle}`}>
                <td>
                  <b>
                    {end.product} {end.cycle}
                  </b>
                  <br />
                  <StateWord tone={end.ended ? 'open' : 'plain'}>{end.ended ? t('ended', { day: day(end.ends_on) }) : terms('ends_on', { day: day(end.ends_on) })}</StateWord>
                </td>
                <td className="num">{terms('machines', { count: number(end.machines) })}</td>
              </tr>
            ))}
        </PlainTable>
      )}
    </Section>
  );
}

/** How fresh the knowledge is that all this was counted with. */
export function Freshness({ board }: { board: Board }): ReactNode {
  const t = useBoardWords();
  const nowMs = useNow();
  const day = useDayOf();
  const { count, failing, oldest_good_at: oldest } = board.feeds;
  const stale = typeof oldest === 'string' && nowMs - Date.parse(oldest) > old;
  return (
    <Section
      title={t('feeds')}
      note={
        <Go className="t" to="/vulnerabilities/feeds">
          {t('feeds_all')}
        </Go>
      }
    >
      <div className={css['remarks']}>
        {count === 0 && <Remark>{t('feeds_none')}</Remark>}
        {failing > 0 && <Remark>{t('feeds_failing', { count: failing })}</Remark>}
        {stale && failing === 0 && <Remark>{t('feeds_stale', { at: day(oldest) })}</Remark>}
      </div>
      <KeyValues
        facts={[
          { label: t('feeds_count'), value: number(count) },
          { label: t('feeds_oldest'), value: <RelativeTime at={oldest} /> },
        ]}
      />
    </Section>
  );
}
