import { fromLocalInput, partsIn } from '@shell/time';

const day = 86_400_000;
const two = (value: number): string => String(value).padStart(2, '0');

function written(ms: number, zone: string): string {
  const { year, month, day: date } = partsIn(zone, ms);
  return `${String(year)}-${two(month)}-${two(date)}`;
}

/** The first and the last day an exception may end on: tomorrow, and a year from now. */
export function untilBounds(nowMs: number, zone: string): { least: string; most: string } {
  return { least: written(nowMs + day, zone), most: written(nowMs + 364 * day, zone) };
}

/** The moment an exception ends: when its last day is over. Null for a day outside the bounds. */
export function untilOf(chosen: string, nowMs: number, zone: string): string | null {
  const { least, most } = untilBounds(nowMs, zone);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(chosen) || chosen < least || chosen > most) return null;
  const next = new Date(Date.parse(`${chosen}T00:00:00Z`) + day).toISOString().slice(0, 10);
  const ms = fromLocalInput(`${next}T00:00`, zone);
  return ms === null ? null : new Date(ms).toISOString();
}
