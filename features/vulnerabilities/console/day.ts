import { usePlace } from '@shell/session/session';
import { partsIn } from '@shell/time';

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-12-31` in a zone, of a moment or of a day that is written so already. */
export function dayOf(at: string | null | undefined, zone: string): string {
  if (!at) return '';
  if (/^\d{4}-\d{2}-\d{2}$/.test(at)) return at;
  const { year, month, day } = partsIn(zone, Date.parse(at));
  return `${String(year)}-${two(month)}-${two(day)}`;
}

/** The same in the organisation's zone. */
export function useDayOf(): (at: string | null | undefined) => string {
  const { zone } = usePlace();
  return (at) => dayOf(at, zone);
}
