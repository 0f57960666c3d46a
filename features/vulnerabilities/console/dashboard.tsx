import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { answered } from '@shell/api/client';
import { useMarks } from '@shell/i18n/marks';
import { GroupSelect } from '@shell/pick/group-select';
import { Filters } from '@shell/ui/filters';
import { LinkButton } from '@shell/ui/button';
import { Calm, Lead, LeadRoom } from '@shell/ui/lead';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Await, Empty, Skeleton } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { api, type Board, type Filter } from './api';
import { Ends, Freshness, Severities, ThisWeek } from './board-side';
import { searchOf } from './filter';
import { Matrix } from './matrix';
import { number } from './number';
import { kinds, useBoardWords, useTerms } from './own-words';
import css from './parts.module.css';
import { Remedy } from './remedy';
import { TrendChart } from './trend-chart';
import { useFirst } from './urgent';
import { useTitle } from './use-title';

/** What cannot wait: the worst of it as a sentence, since when, and what to do. */
function Pressing({ board, filter }: { board: Board; filter: Filter }): ReactNode {
  const t = useBoardWords();
  const terms = useTerms();
  const titleOf = useTitle();
  const marks = useMarks();
  const urgent = { ...filter, emergency: true };
  const { data } = useFirst(urgent);
  if (!data) {
    return (
      <LeadRoom>
        <Skeleton lines={4} height={32} />
      </LeadRoom>
    );
  }
  const { first, count, since } = data;
  // Who asks nobody hears nothing: that is no calm.
  if (!first) return board.feeds.count === 0 ? <Calm title={t('unasked')} text={t('feeds_none')} /> : <Calm title={t('calm')} text={t('calm_text')} />;
  const [machines, overdue] = [number(first.machines), number(first.overdue)];
  return (
    <Lead
      state={t('urgent', { count: number(count) })}
      since={since}
      sinceWord={t('urgent_oldest')}
      title={titleOf(first) || first.id}
      target={{ to: `/vulnerabilities/weaknesses/${encodeURIComponent(first.id)}`, search: {} }}
      text={`${t(first.overdue > 0 ? 'urgent_overdue' : 'urgent_on', { subjects: marks.list(first.subjects), machines, overdue })}${first.fixed === '' ? '' : t('urgent_fixed', { fixed: first.fixed })}`}
      acts={
        <Acts>
          <Remedy filter={{ ...filter, weakness: first.id }} main words={terms('remedy_this')} />
          <LinkButton to="/vulnerabilities/weaknesses" search={searchOf(urgent)}>
            {t('urgent_all', { count: number(count) })}
          </LinkButton>
        </Acts>
      }
    />
  );
}

/** The three numbers that one looks for first. */
function Heads({ board, filter }: { board: Board; filter: Filter }): ReactNode {
  const t = useBoardWords();
  const of = t('of', { count: number(board.machines) });
  return (
    <dl className={css['heads']}>
      <div className={css['head']}>
        <dt>
          <StateWord tone={board.behind > 0 ? 'open' : 'plain'}>{t('behind')}</StateWord>
        </dt>
        <dd>
          {board.behind === 0 ? (
            <span className={`${css['figure'] ?? ''} dim`}>0</span>
          ) : (
            <Go className={css['figure']} to="/vulnerabilities/machines" search={searchOf(filter)}>
              <span className="aka">{number(board.behind)}</span>
            </Go>
          )}
          {of}
          <br />
          {board.behind === 0 ? t('quiet') : t('behind_note')}
        </dd>
      </div>
      {(['current', 'unknown'] as const).map((name) => (
        <div key={name} className={css['head']}>
          <dt>
            <StateWord tone={name === 'current' ? 'on' : 'half'}>{t(name)}</StateWord>
          </dt>
          <dd>
            {board[name] === 0 ? (
              <span className={`${css['figure'] ?? ''} dim`}>0</span>
            ) : (
              <Go className={css['figure']} to="/vulnerabilities/machines" search={{ ...searchOf(filter), state: name }}>
                {number(board[name])}
              </Go>
            )}
            {of}
            <br />
            {t(`${name}_note`)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Whole({ board, filter }: { board: Board; filter: Filter }): ReactNode {
  const t = useBoardWords();
  return (
    <>
      <Pressing board={board} filter={filter} />
      <Heads board={board} filter={filter} />
      <Columns
        main={
          <>
            <Section title={t('matrix')} note={t('matrix_note')}>
              <Matrix board={board} filter={filter} />
            </Section>
            <Section title={t('trend')} note={t('trend_note')}>
              <TrendChart days={board.trend} />
            </Section>
          </>
        }
        side={
          <>
            <Severities board={board} filter={filter} />
            <ThisWeek board={board} filter={filter} />
            <Ends board={board} />
            <Freshness board={board} />
          </>
        }
      />
    </>
  );
}

/** What is not up to date, at a glance; each number leads to exactly its rows. */
export default function Dashboard(): ReactNode {
  const t = useBoardWords();
  const terms = useTerms();
  const [search, change] = useSearchState();
  const filter = { group: search['group'], kind: oneOf(kinds, search['kind']) };
  const query = useQuery({
    queryKey: ['vulnerabilities', 'board', filter],
    refetchInterval: 60_000,
    placeholderData: (before) => before,
    queryFn: () => answered(api.GET('/api/v1/vulnerabilities/board', { params: { query: filter } })),
  });
  return (
    <>
      <PageHead room="weaknesses" title="vulnerabilities:board" lead={t('lead')} acts={query.data && query.data.behind > 0 && <Remedy filter={filter} words={terms('remedy_all')} />} />
      <Filters>
        <GroupSelect
          quiet
          clearable
          fixedOnly
          label={t('group')}
          value={filter.group ?? null}
          onChange={(id) => {
            change({ group: id ?? undefined });
          }}
        />
        <Select
          aria-label={t('kind')}
          placeholder={t('kind')}
          clearable
          data={kinds.map((kind) => ({ value: kind, label: terms(`kind.${kind}`) }))}
          value={filter.kind ?? null}
          onChange={(kind) => {
            change({ kind: kind ?? undefined });
          }}
        />
        {query.data && (
          <span className={`sm dim ${css['at'] ?? ''}`}>
            {t('counted')} <RelativeTime at={query.data.counted_at} />
          </span>
        )}
      </Filters>
      <Await query={query} lines={14}>
        {(board) => (board.machines === 0 ? <Empty>{Object.keys(searchOf(filter)).length > 0 ? t('none_here') : t('none')}</Empty> : <Whole board={board} filter={filter} />)}
      </Await>
    </>
  );
}
