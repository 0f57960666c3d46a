import { fromLocalInput, partsIn } from '@shell/time';

const two = (number: number): string => String(number).padStart(2, '0');

/** `2026-12-31` in the organisation's zone, as the fields of forms have it. An end is the last day on which something holds. */
export function dayOf(at: string | null | undefined, zone: string, end = false): string {
  if (!at) return '';
  const { year, month, day } = partsIn(zone, Date.parse(at) - (end ? 1 : 0));
  return `${String(year)}-${two(month)}-${two(day)}`;
}

/** The beginning of a day, or of the day after it. */
export function timeOf(day: string, zone: string, end = false): string | null {
  if (day === '') return null;
  const next = end ? new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10) : day;
  const ms = fromLocalInput(`${next}T00:00`, zone);
  return ms === null ? null : new Date(ms).toISOString();
}
