import type { Search } from '@shell/address/query-string';
import { fromLocalInput, partsIn } from '@shell/time';

/** The server shows no more at once. */
const longest = 62;

/** Whole days in the organisation's zone, from the first to the last. */
export interface Reach {
  /** `2026-11-01` */
  from: string;
  to: string;
}

export type Fault = 'reversed' | 'long';

export function dayAfter(date: string, by = 1): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}

function isDate(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

function dateOf(ms: number, zone: string): string {
  const at = partsIn(zone, ms);
  return `${String(at.year)}-${String(at.month).padStart(2, '0')}-${String(at.day).padStart(2, '0')}`;
}

/** The days that an address asks for; yesterday and today where it asks for none. */
export function reachOf(search: Search, nowMs: number, zone: string): Reach {
  const today = dateOf(nowMs, zone);
  const [from, to] = [search['from'], search['to']];
  if (isDate(from)) return { from, to: isDate(to) ? to : from };
  return isDate(to) ? { from: to, to } : { from: dayAfter(today, -1), to: today };
}

export function faultOf({ from, to }: Reach): Fault | undefined {
  if (to < from) return 'reversed';
  return Date.parse(to) - Date.parse(from) >= longest * 86_400_000 ? 'long' : undefined;
}

/** `2026-11` of an address, else the present month. */
export function monthOf(search: Search, nowMs: number, zone: string): string {
  const month = search['month'];
  return month !== undefined && /^[12]\d{3}-(0[1-9]|1[0-2])$/.test(month) ? month : dateOf(nowMs, zone).slice(0, 7);
}

export function monthAfter(month: string, by: number): string {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

/** The days of a month; of the present one, those that have begun. */
export function daysOf(month: string, nowMs: number, zone: string): Reach {
  const last = dayAfter(`${monthAfter(month, 1)}-01`, -1);
  const today = dateOf(nowMs, zone);
  return { from: `${month}-01`, to: month === today.slice(0, 7) && today < last ? today : last };
}

export function everyDay({ from, to }: Reach): string[] {
  const days: string[] = [];
  for (let date = from; date <= to; date = dayAfter(date)) days.push(date);
  return days;
}

/** The first moment of a day, and of the one after it. */
export function momentsOf(date: string, zone: string): [number, number] {
  const begin = (day: string): number => fromLocalInput(`${day}T00:00`, zone) ?? Date.parse(`${day}T00:00:00Z`);
  return [begin(date), begin(dayAfter(date))];
}

/** Where a stretch stands in its day, in hundredths; what is outside of the day is cut off. */
export function placeOf(span: { from: string; to: string }, [begin, end]: [number, number]): { left: number; width: number } {
  const share = (at: string): number => Math.min(1, Math.max(0, (Date.parse(at) - begin) / (end - begin))) * 100;
  return { left: share(span.from), width: share(span.to) - share(span.from) };
}
