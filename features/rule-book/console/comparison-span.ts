import type { Search } from '@shell/address/query-string';
import { oneOf } from '@shell/address/one-of';
import { fromLocalInput, partsIn } from '@shell/time';
import { monthAfter, monthOf } from './month';

/** What can be looked at with one press; `own` goes from one chosen day to another. */
export const spans = ['7d', '30d', '90d', 'month', 'last_month', 'own'] as const;
export type Span = (typeof spans)[number];
export const firstSpan: Span = '30d';

/** The server compares no more at once. */
const longestMs = 460 * 86_400_000;

/** Whole days in the organisation's zone, from the first to the last. */
export interface Reach {
  span: Span;
  /** `2026-11-01`; empty where nobody has chosen it yet. */
  from: string;
  to: string;
}

/** What is wrong with a reach that somebody chose. */
export type Fault = 'incomplete' | 'reversed' | 'long';

export function dayAfter(date: string, by = 1): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}

function isDate(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

function dateOf(ms: number, zone: string): string {
  return `${monthOf(ms, zone)}-${String(partsIn(zone, ms).day).padStart(2, '0')}`;
}

/** The days that an address asks for, as of `nowMs`. The present day counts as one of them. */
export function reachOf(search: Search, nowMs: number, zone: string): Reach {
  const span = oneOf(spans, search['span']) ?? firstSpan;
  const today = dateOf(nowMs, zone);
  const month = monthOf(nowMs, zone);
  switch (span) {
    case 'own': {
      const [from, to] = [search['from'], search['to']];
      return { span, from: isDate(from) ? from : '', to: isDate(to) ? to : '' };
    }
    case 'month':
      return { span, from: `${month}-01`, to: today };
    case 'last_month':
      return { span, from: `${monthAfter(month, -1)}-01`, to: dayAfter(`${month}-01`, -1) };
    default:
      return { span, from: dayAfter(today, 1 - Number.parseInt(span, 10)), to: today };
  }
}

/** The moments between which the days of a reach lie, as they are asked for; or what is wrong with it. */
export function momentsOf({ from, to }: Reach, zone: string): { since: string; until: string } | Fault {
  if (from === '' || to === '') return 'incomplete';
  const since = fromLocalInput(`${from}T00:00`, zone);
  const until = fromLocalInput(`${dayAfter(to)}T00:00`, zone);
  if (since === null || until === null) return 'incomplete';
  if (until <= since) return 'reversed';
  if (until - since > longestMs) return 'long';
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}

/** Every day from the first to the last, also those of which nothing is told. */
export function everyDay<T extends { date: string }>({ from, to }: Pick<Reach, 'from' | 'to'>, told: readonly T[], nothing: (date: string) => T): T[] {
  const known = new Map(told.map((day) => [day.date, day]));
  const days: T[] = [];
  for (let date = from; date <= to; date = dayAfter(date)) days.push(known.get(date) ?? nothing(date));
  return days;
}
