import type { CalendarView, ClassView, DayView } from '@shell/api/schema';
import { kanjiNumber, partsIn, type Place } from '@shell/time';

/** `2026-11` in the organisation's zone. */
export function monthOf(ms: number, zone: string): string {
  const at = partsIn(zone, ms);
  return `${String(at.year)}-${String(at.month).padStart(2, '0')}`;
}

/** The month so many months later, or earlier. */
export function monthAfter(month: string, by: number): string {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  const at = new Date(Date.UTC(year, number - 1 + by, 1));
  return at.toISOString().slice(0, 7);
}

export function isMonth(text: string | undefined): text is string {
  return text !== undefined && /^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])$/.test(text);
}

/** 二〇二六年十一月, or November 2026. */
export function monthTitle(month: string, language: Place['language']): string {
  const [year = '1970', number = '1'] = month.split('-');
  if (language === 'ja') return `${[...year].map((digit) => '〇一二三四五六七八九'[Number(digit)] ?? '').join('')}年${kanjiNumber(Number(number))}月`;
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(Date.UTC(Number(year), Number(number) - 1, 1));
}

/** The day of the week of `2026-11-17`, Sunday first. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** Rows and alarms of a class together. */
export function both(one: ClassView): number {
  return one.count + one.alarms;
}

export function sum(day: DayView): number {
  return day.classes.reduce((all, one) => all + both(one), 0);
}

export function sumOpen(day: DayView): number {
  return day.classes.reduce((all, one) => all + one.open, 0);
}

/** How strongly a day is tinted, from 0 to 4: by the busiest day of the month, but a handful is never strong. */
export function heat(count: number, busiest: number): number {
  return Math.min(4, Math.ceil((4 * count) / Math.max(6, busiest)));
}

/** What the month comes to by class, the most frequent first. */
export function totals({ days }: CalendarView): ClassView[] {
  const all = new Map<string, ClassView>();
  for (const one of days.flatMap((day) => day.classes)) {
    const before = all.get(one.class) ?? { class: one.class, count: 0, alarms: 0, open: 0, prohibited: 0 };
    all.set(one.class, { class: one.class, count: before.count + one.count, alarms: before.alarms + one.alarms, open: before.open + one.open, prohibited: before.prohibited + one.prohibited });
  }
  return [...all.values()].sort((a, b) => both(b) - both(a) || a.class.localeCompare(b.class));
}
