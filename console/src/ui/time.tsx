import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { usePlace } from '../session/session';
import { clockTime, dayNumber, exact, relative, shortDay, useNow } from '../time';

/** A time as people say it, with the exact one on hover. The exact one is in the organisation's zone. */
export function RelativeTime({ at }: { at: string | null | undefined }): ReactNode {
  const place = usePlace();
  const nowMs = useNow();
  if (!at) return <span className="dim">—</span>;
  const ms = Date.parse(at);
  return (
    <Tooltip label={exact(ms, place)}>
      <time dateTime={at}>{relative(ms, nowMs, place)}</time>
    </Tooltip>
  );
}

/** Day and time for a table of records; the day stays grey where it is the row above's. */
export function RowTime({ at, above }: { at: string; above?: string | undefined }): ReactNode {
  const place = usePlace();
  const ms = Date.parse(at);
  const sameDay = above !== undefined && dayNumber(Date.parse(above), place.zone) === dayNumber(ms, place.zone);
  return (
    <time dateTime={at} title={exact(ms, place)} className="nw">
      <span className={sameDay ? 'dim' : undefined}>{shortDay(ms, place)}</span> {clockTime(ms, place)}
    </time>
  );
}

export function ExactTime({ at }: { at: string | null | undefined }): ReactNode {
  const place = usePlace();
  if (!at) return <span className="dim">—</span>;
  return <time dateTime={at}>{exact(Date.parse(at), place)}</time>;
}
