import type { HoldScope } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { pathWords, useGroups } from '@shell/pick/groups';
import { usePlace } from '@shell/session/session';
import { exact } from '@shell/time';
import { useKindWords } from './kind-words';

/** What a hold is about, in one line: all that is said must be met. */
export function useScopeWords(): (hold: { scope: HoldScope; person_name?: string | null }) => string {
  const t = useWords('events');
  const marks = useMarks();
  const kind = useKindWords();
  const place = usePlace();
  const { data: groups = [] } = useGroups();
  const time = (at: string): string => exact(Date.parse(at), place);
  return ({ scope: { person, endpoints = [], group, kinds = [], since, until, q }, person_name }) => {
    const found = groups.find((one) => one.id === group);
    return marks.facts([
      person && (person_name ? t('holds.of_name', { name: person_name }) : t('holds.of_person')),
      group && (found ? pathWords(found) : t('keep.gone_group')),
      endpoints.length > 0 ? t('holds.of_endpoints', { count: endpoints.length }) : null,
      kinds.length > 0 ? marks.list(kinds.map(kind)) : null,
      since && t('holds.from', { at: time(since) }),
      until && t('holds.to', { at: time(until) }),
      q && marks.quoted(q).trim(),
    ]);
  };
}
