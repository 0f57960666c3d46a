import { Checkbox, MultiSelect, Select } from '@mantine/core';
import { readList, writeList } from '@shell/address/query-string';
import { useSearchState } from '@shell/address/use-search';
import { GroupSelect } from '@shell/pick/group-select';
import { pathWords, useGroups } from '@shell/pick/groups';
import { SearchField } from '@shell/pick/search-field';
import { useMarks } from '@shell/i18n/marks';
import type { Chip } from '@shell/ui/chips';
import { useCallback, type ReactNode } from 'react';
import { evidences, kinds, parts, severities, standings, useListWords, useTerms, wordOf } from './own-words';
import css from './parts.module.css';
import { useFilter } from './use-filter';

/** The line of conditions above a list of weaknesses or machines. */
export function ListFilters({ find, machines = false, more }: { find: string; machines?: boolean; more?: ReactNode }): ReactNode {
  const t = useListWords();
  const terms = useTerms();
  const filter = useFilter();
  const [, change] = useSearchState();
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined }, { replace: true });
    },
    [change],
  );
  const choice = (name: 'kind' | 'part' | 'standing' | 'evidence', data: { value: string; label: string }[]): ReactNode => (
    <Select
      aria-label={t(`filter.${name}`)}
      placeholder={t(`filter.${name}`)}
      clearable
      data={data}
      value={filter[name] ?? null}
      onChange={(value) => {
        change({ [name]: value ?? undefined });
      }}
    />
  );
  const only = (name: 'emergency' | 'overdue'): ReactNode => (
    <Checkbox
      label={t(`filter.${name}`)}
      checked={filter[name] ?? false}
      onChange={(event) => {
        change({ [name]: event.currentTarget.checked ? 'true' : undefined });
      }}
    />
  );
  const severity = readList(filter.severity);
  return (
    <>
      <SearchField label={find} value={filter.q ?? ''} onChange={setText} />
      <GroupSelect
        quiet
        clearable
        fixedOnly
        label={t('filter.group')}
        value={filter.group ?? null}
        onChange={(id) => {
          change({ group: id ?? undefined });
        }}
      />
      <MultiSelect
        aria-label={t('filter.severity')}
        placeholder={severity.length === 0 ? t('filter.severity') : ''}
        clearable
        data={severities.map((one) => ({ value: one, label: terms(`severity.${one}`) }))}
        value={severity}
        onChange={(values) => {
          change({ severity: writeList(values) });
        }}
      />
      {choice('part', parts.map((one) => ({ value: one, label: terms(`part.${one}`) })))}
      {choice('standing', standings.map((one) => ({ value: one, label: terms(`standing.${one}`) })))}
      {machines ? choice('kind', kinds.map((one) => ({ value: one, label: terms(`kind.${one}`) }))) : choice('evidence', evidences.map((one) => ({ value: one, label: terms(`evidence.${one}`) })))}
      {more}
      <div className={css['only']}>
        {only('emergency')}
        {only('overdue')}
      </div>
    </>
  );
}

/** The conditions in force, in words. */
export function useFilterChips(): Chip[] {
  const t = useListWords();
  const terms = useTerms();
  const marks = useMarks();
  const filter = useFilter();
  const { data: groups = [] } = useGroups();
  const group = groups.find((one) => one.id === filter.group);
  const chip = (name: keyof typeof filter, label: string, value?: string): Chip[] => (filter[name] === undefined ? [] : [{ name, label, value: value ?? String(filter[name]) }]);
  return [
    ...chip('q', t('filter.text')),
    ...chip('group', t('filter.group'), group && pathWords(group)),
    ...chip('kind', t('filter.kind'), filter.kind && wordOf(kinds, filter.kind, (one) => terms(`kind.${one}`))),
    ...chip('part', t('filter.part'), filter.part && terms(`part.${filter.part}`)),
    ...chip('severity', t('filter.severity'), marks.list(readList(filter.severity).map((one) => wordOf(severities, one, (known) => terms(`severity.${known}`))))),
    ...chip('emergency', t('filter.emergency'), t('filter.only')),
    ...chip('overdue', t('filter.overdue'), t('filter.only')),
    ...chip('standing', t('filter.standing'), filter.standing && wordOf(standings, filter.standing, (one) => terms(`standing.${one}`))),
    ...chip('evidence', t('filter.evidence'), filter.evidence && terms(`evidence.${filter.evidence}`)),
    ...chip('weakness', t('filter.weakness')),
    ...chip('subject', t('filter.subject')),
    ...chip('asset', t('filter.asset')),
  ];
}
