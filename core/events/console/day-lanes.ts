import type { EventView } from '@shell/api/schema';

/** A stretch of time on a lane, with what is written in it. */
export interface Stretch {
  from: number;
  to: number;
  label: string;
}

export interface Lanes {
  from: number;
  to: number;
  session: Stretch[];
  windows: Stretch[];
  /** Counts per slot of `slotMs`, from the slot that holds `from`. */
  files: number[];
  network: number[];
  marks: { at: number; row: EventView }[];
  slotMs: number;
}

const quarter = 900_000;

function stretches(rows: EventView[], opens: (row: EventView) => string | null, closes: (row: EventView) => boolean, end: number): Stretch[] {
  const found: Stretch[] = [];
  let open: Stretch | null = null;
  for (const row of rows) {
    const at = Date.parse(row.occurred_at);
    const label = opens(row);
    if (open && (label !== null || closes(row))) {
      found.push({ ...open, to: at });
      open = null;
    }
    if (label !== null) open = { from: at, to: at, label };
  }
  if (open) found.push({ ...open, to: end });
  return found;
}

/**
 * Lays one machine's day out in lanes. `rows` in any order; `nowMs` ends what is still going on. The axis begins at the
 * quarter hour before the first event and reaches a little beyond now; on a day without events it shows the last hour.
 */
export function lanesOf(rows: EventView[], nowMs: number): Lanes {
  const ordered = [...rows].sort((a, b) => a.occurred_at.localeCompare(b.occurred_at));
  const first = ordered[0];
  const begins = first ? Date.parse(first.occurred_at) : nowMs - 4 * quarter;
  const from = Math.floor(begins / quarter) * quarter;
  const to = Math.max(nowMs + quarter, from + 4 * quarter);
  const slotMs = Math.max(60_000, Math.ceil((to - from) / 60 / 60_000) * 60_000);
  const slots = Math.ceil((to - from) / slotMs);
  const count = (families: string[]): number[] => {
    const counts = Array.from({ length: slots }, () => 0);
    for (const row of ordered) {
      if (!families.includes(row.kind.split('.')[0] ?? '')) continue;
      const slot = Math.floor((Date.parse(row.occurred_at) - from) / slotMs);
      counts[slot] = (counts[slot] ?? 0) + (row.count ?? 1);
    }
    return counts;
  };
  return {
    from,
    to,
    slotMs,
    session: stretches(
      ordered,
      (row) => (row.kind === 'session.logon' || row.kind === 'session.unlock' ? (row.user ?? '') : null),
      (row) => ['session.logoff', 'session.lock', 'power.shutdown', 'power.sleep'].includes(row.kind),
      nowMs,
    ),
    windows: stretches(
      ordered,
      (row) => (row.kind === 'window.active' ? (row.class ?? row.subject ?? '') : null),
      (row) => ['session.logoff', 'session.lock', 'idle.start'].includes(row.kind),
      nowMs,
    ),
    files: count(['file', 'folder', 'share']),
    network: count(['net', 'dns', 'web']),
    marks: ordered.filter((row) => row.level !== 'recorded').map((row) => ({ at: Date.parse(row.occurred_at), row })),
  };
}
