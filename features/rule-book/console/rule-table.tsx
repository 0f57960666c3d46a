import { Select } from '@mantine/core';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import type { Group } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { useCan } from '@shell/session/session';
import { useNow } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Empty } from '@shell/ui/states';
import { useCallback, useState, type ReactNode } from 'react';
import { expiryOf, type Book } from './book';
import { useAnswers, useSight } from './queries';
import { isLoud, isOn, type Rule } from './rule';
import { RuleRow } from './rule-row';
import css from './rules.module.css';
import { nobodyStops, useStopsNothing } from './sight';
import type { Draft } from './use-draft';

const atOnce = 100;
const onlyWords = ['all', 'on', 'off', 'loud', 'ending'] as const;
type Only = (typeof onlyWords)[number];

function fits(rule: Rule, only: Only, nowMs: number): boolean {
  switch (only) {
    case 'all':
      return true;
    case 'on':
      return isOn(rule);
    case 'off':
      return !isOn(rule);
    case 'loud':
      return isLoud(rule);
    case 'ending': {
      const { over, next } = expiryOf(rule, nowMs);
      return over > 0 || next !== null;
    }
  }
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Whether no endpoint can stop any act that rules here are about: asked once for all of them. */
function useNobodyStops(rules: readonly Rule[], group: Group): { none: boolean; why: string } {
  const why = useStopsNothing();
  const may = useCan('endpoints.read');
  const kinds = [...new Set(rules.flatMap((rule) => rule.when.kinds ?? []))].sort();
  // A program has to be named, whichever it is. A rule about all kinds is stopped nowhere, and says nothing about the others.
  const program = rules.some((rule) => rule.when.program) ? { program: { names: ['any'] } } : {};
  const all: Rule = { id: 'all', name: 'all', class: 'all', level: 'prohibit', when: kinds.length > 0 ? { kinds, ...program } : {} };
  const { data } = useSight(all, group.id, may && rules.length > 0);
  return { none: nobodyStops(data), why: why(data) };
}

/** The rules of a group: its own, then those from above. */
export function RuleTable({ book, draft, group }: { book: Book; draft: Draft; group: Group }): ReactNode {
  const t = useWords('rule-book');
  const [search, change] = useSearchState();
  const [more, setMore] = useState(0);
  const nowMs = useNow();
  const mayWrite = useCan('policies.write');
  const mayRead = useCan('events.read');
  const week = useAnswers(group, 7, mayRead);
  const month = useAnswers(group, 30, mayRead);
  const only = oneOf(onlyWords, search['only']) ?? 'all';
  const text = fold(search['q'] ?? '');
  const find = useCallback(
    (q: string) => {
      change({ q: q === '' ? undefined : q }, { replace: true });
    },
    [change],
  );
  const own = draft.entries.map(({ key, rule }) => ({ name: key, rule, from: null, onChange: mayWrite ? (next: Rule) => { draft.put(key, next); } : undefined }));
  const above = book.inherited.map(({ rule, group: from }) => ({ name: `${from.id}/${rule.id}`, rule, from, onChange: undefined }));
  const all = [...own, ...above];
  const found = all.filter(({ rule }) => fits(rule, only, nowMs) && (text === '' || fold(`${rule.name} ${rule.id} ${rule.class}`).includes(text)));
  const shown = found.slice(0, atOnce + more);
  const stops = useNobodyStops(own.map(({ rule }) => rule), group);
  return (
    <Section
      title={t('rules.count', { all: all.length, on: all.filter(({ rule }) => isOn(rule)).length })}
      note={
        <Go className="t" to="/calendar">
          {t('rules.calendar')}
        </Go>
      }
    >
      <div className={css['tools']} role="search">
        <SearchField label={t('rules.search')} value={search['q'] ?? ''} onChange={find} />
        <Select
          aria-label={t('rules.filter')}
          allowDeselect={false}
          data={onlyWords.map((one) => ({ value: one, label: t(`rules.only.${one}`) }))}
          value={only}
          onChange={(next) => {
            change({ only: next === 'all' ? undefined : (next ?? undefined) }, { replace: true });
          }}
        />
      </div>
      {found.length === 0 ? (
        <Empty>{t('rules.none_found')}</Empty>
      ) : (
        <div className={css['scroll']}>
          <table className={css['table']} aria-label={t('rules.title')}>
            <thead>
              <tr>
                {(['rule', 'level', 'on', 'from', 'except'] as const).map((column) => (
                  <th key={column} scope="col" data-column={column}>
                    {t(`rules.column.${column}`)}
                  </th>
                ))}
                {(['week', 'month'] as const).map((column) => (
                  <th key={column} scope="col" className="num" title={t('rules.column.answers')} data-column={column}>
                    {t(`rules.column.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <RuleRow
                  key={row.name}
                  {...row}
                  group={group}
                  added={book.inherit === 'add'}
                  nobodyStops={stops.none}
                  changed={draft.changes.some((one) => one.key === row.name)}
                  week={week.data}
                  month={month.data}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {stops.none && mayWrite && (
        <p className={css['note']}>
          {t('rules.nobody_stops')} {stops.why}
        </p>
      )}
      {found.length > shown.length && (
        <p className={css['more']}>
          <Button
            small
            onClick={() => {
              setMore(more + atOnce);
            }}
          >
            {t('rules.more', { count: found.length - shown.length })}
          </Button>
        </p>
      )}
    </Section>
  );
}
