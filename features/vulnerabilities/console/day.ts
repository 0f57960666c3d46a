import { usePlace } from '@shell/session/session';
import { longDay, useNow, type Place } from '@shell/time';

/** A day as people say it, of a moment or of a day written as `2026-12-31`: 12月31日, with the year where it is another. */
export function dayOf(at: string | null | undefined, nowMs: number, place: Place): string {
  if (!at) return '';
  // A day that is written out is the same day wherever it is read.
  return /^\d{4}-\d{2}-\d{2}$/.test(at) ? longDay(Date.parse(at), nowMs, { ...place, zone: 'UTC' }) : longDay(Date.parse(at), nowMs, place);
}

/** The same for the one who reads. */
export function useDayOf(): (at: string | null | undefined) => string {
  const place = usePlace();
  const nowMs = useNow();
  return (at) => dayOf(at, nowMs, place);
}
