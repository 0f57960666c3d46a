import { usePlace } from '@shell/session/session';
import { partsIn } from '@shell/time';
import type { ReactNode } from 'react';

/** `2026-12-31` in the organisation's zone, as the fields of forms have it. */
export function dayOf(at: string | null | undefined, zone: string): string {
  if (!at) return '';
  const { year, month, day } = partsIn(zone, Date.parse(at));
  return `${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** A day on which something ends. */
export function Ends({ at }: { at: string | null | undefined }): ReactNode {
  const { zone } = usePlace();
  return dayOf(at, zone);
}
