import type { ComparisonView, Group } from '@shell/api/schema';
import { useLanguage } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { fromLocalInput, longDay, now } from '@shell/time';
import type { Target } from '@shell/ui/link';
import { countedFor, questionFor, type Condition } from './comparison-question';
import type { Reach } from './comparison-span';

export const bys = ['group', 'endpoint', 'person'] as const;
export type By = (typeof bys)[number];

/** What is compared: where, when and of which class. */
export interface Asked {
  by: By;
  /** Only what lies in this group and below; the root if undefined. */
  group: string | undefined;
  /** All if undefined; empty for rules that have none. */
  class: string | undefined;
  reach: Reach;
  groups: readonly Group[];
}

export type ToRows = (conditions: readonly Condition[] | undefined, reach?: Pick<Reach, 'from' | 'to'>) => Target | undefined;

/** Leads to the rows of the log search under more conditions; nowhere where these cannot be said in a question. */
export function useRowsOf(view: ComparisonView, asked: Asked): ToRows {
  const language = useLanguage();
  return (conditions, reach = asked.reach) =>
    conditions && { to: '/events', search: { q: questionFor(countedFor(view.q, asked.class), conditions, reach, language) } };
}

/** 10月19日, or 19 Oct: a day that is written as 2026-10-19. */
export function useDay(): (date: string) => string {
  const place = usePlace();
  return (date) => longDay(fromLocalInput(`${date}T00:00`, place.zone) ?? 0, now(), place);
}

/** The first and the last day of a reach. */
export function useDays(): (reach: Reach) => string {
  const day = useDay();
  return ({ from, to }) => (from === to ? day(from) : `${day(from)} – ${day(to)}`);
}
