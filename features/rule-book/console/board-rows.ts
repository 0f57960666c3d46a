import type { TodayView } from '@shell/api/schema';
import type { Target } from '@shell/ui/link';

/** The numbers of a class, in their order: two of rows, then three of alarms. */
export const columns = ['alarms', 'prohibited', 'open', 'handling', 'handled'] as const;
export type Column = (typeof columns)[number];

/** Where exactly the rows or alarms of a number are. */
export function rowsOf({ q, begins_at, until }: Pick<TodayView, 'q' | 'begins_at' | 'until'>, name: string, column: Column): Target {
  if (column === 'alarms' || column === 'prohibited') {
    const level = column === 'alarms' ? 'alarm' : 'prohibited';
    const ofClass = name === '' ? '-class:*' : `class:${name}`;
    return { to: '/events', search: { q: `(${q}) level:${level} ${ofClass} 以降:${begins_at} まで:${until}` } };
  }
  const ofClass = name === '' ? {} : { class: name };
  return { to: '/alarms', search: { state: column, ...ofClass, ...(column === 'handled' ? { handled_since: begins_at } : {}) } };
}

/** How much happened in all. */
export function sumOf({ classes }: Pick<TodayView, 'classes'>): number {
  return classes.reduce((sum, one) => sum + one.alarms + one.prohibited, 0);
}

/** How much usually happens in all; undefined while nobody knows. */
export function usualOf({ classes }: Pick<TodayView, 'classes'>): number | undefined {
  const known = classes.flatMap((one) => (typeof one.usual === 'number' ? [one.usual] : []));
  return known.length === classes.length && known.length > 0 ? known.reduce((sum, one) => sum + one, 0) : undefined;
}
