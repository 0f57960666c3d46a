import { pathWords, useGroups } from '@shell/pick/groups';
import { usePlace } from '@shell/session/session';
import { exact } from '@shell/time';
import { bytes } from '@shell/ui/bytes';
import type { Chip } from '@shell/ui/chips';
import { useActWords } from './acts-words';
import { dayOf } from './ends';
import { useLedgerFilter } from './ledger-filter';
import { useLedgerWords, kinds, places, sources, standings, updates, wordOf } from './ledger-words';

/** The conditions in force, in words. */
export function useChips(): Chip[] {
  const t = useLedgerWords();
  const say = useActWords();
  const { data: groups = [] } = useGroups();
  const place = usePlace();
  const filter = useLedgerFilter();
  const group = groups.find((candidate) => candidate.id === filter.group);
  const chip = (name: keyof typeof filter, label: string, value: string | undefined = undefined): Chip[] =>
    filter[name] === undefined ? [] : [{ name, label, value: value ?? String(filter[name]) }];
  const time = (at: string | null | undefined): string | undefined => (at ? exact(Date.parse(at), place) : undefined);
  const day = (at: string | null | undefined): string => dayOf(at, place.zone);
  const percent = (value: number | null | undefined): string => t('percent', { percent: value ?? 0 });
  const amount = (value: number | null | undefined): string => (value === 1 ? say('chip.known') : value ? bytes(value) : say('chip.unknown'));
  return [
    ...chip('q', t('text')),
    ...chip('kind', t('kind'), filter.kind && wordOf(kinds, filter.kind, (kind) => t(`kinds.${kind}`))),
    ...chip('standing', t('standing'), filter.standing && wordOf(standings, filter.standing, (one) => t(`standings.${one}`))),
    ...chip('source', t('source'), filter.source && wordOf(sources, filter.source, (source) => t(`sources.${source}`))),
    ...chip('whereabouts', t('column.whereabouts'), filter.whereabouts && wordOf(places, filter.whereabouts, (one) => t(`places.${one}`))),
    ...chip('updates', t('column.updates'), filter.updates && wordOf(updates, filter.updates, (one) => t(`updates.${one}`))),
    ...chip('group', t('group'), group && pathWords(group)),
    ...chip('present', say('chip.present'), say('chip.yes')),
    ...chip('number', say('chip.number')),
    ...chip('os', t('column.os')),
    ...chip('os_exact', t('column.os'), filter.os_exact === 'unknown' ? say('chip.unknown') : undefined),
    ...chip('package', t('package')),
    ...chip('package_version', t('package_version')),
    ...chip('ends_before', t('ends_before'), time(filter.ends_before)),
    ...chip('silent_since', say('chip.silent_since'), time(filter.silent_since)),
    ...chip('fullest', say('chip.fullest_from'), percent(filter.fullest)),
    ...chip('fullest_below', say('chip.fullest_below'), percent(filter.fullest_below)),
    ...chip('memory_from', say('chip.memory_from'), amount(filter.memory_from)),
    ...chip('memory_below', say('chip.memory_below'), amount(filter.memory_below)),
    ...chip('disk_from', say('chip.disk_from'), amount(filter.disk_from)),
    ...chip('disk_below', say('chip.disk_below'), amount(filter.disk_below)),
    ...chip('had_from', say('chip.had_from'), day(filter.had_from)),
    ...chip('had_before', say('chip.had_before'), day(filter.had_before)),
    ...chip('lease_from', say('chip.lease_from'), day(filter.lease_from)),
    ...chip('lease_before', say('chip.lease_before'), day(filter.lease_before)),
    ...chip('warranty_from', say('chip.warranty_from'), day(filter.warranty_from)),
    ...chip('warranty_before', say('chip.warranty_before'), day(filter.warranty_before)),
    ...chip('ids', say('chip.ids'), say('count', { count: filter.ids?.split(',').length ?? 0 })),
  ];
}
