import type { NewRollout, RolloutWork } from '@shell/api/schema';
import { fromLocalInput } from '@shell/time';

/** A ring as the form has it: hours for waits, empty numbers as NaN. */
export interface RingDraft {
  name: string;
  /** Only this group; without it, a share of the rollout's own targets. */
  group: string | null;
  share: number;
  waitHours: number;
  mostFailures: number;
  inPercent: boolean;
  needsGo: boolean;
}

/** A rollout as the form has it. */
export interface Draft {
  name: string;
  work: RolloutWork['kind'];
  items: string[];
  script: string | null;
  args: string;
  packages: string;
  dry: boolean;
  rollBack: boolean;
  groups: string[];
  endpoints: string[];
  rings: RingDraft[];
  starts: string;
  days: number;
  windowFrom: string;
  windowHours: number;
  noticeMinutes: number;
  postponeTimes: number;
  postponeMinutes: number;
  noticeText: string;
  kilobytes: number;
  timeoutMinutes: number;
  retries: number;
  reason: string;
}

export function ringDraft(name: string, share: number, more: Partial<RingDraft> = {}): RingDraft {
  return { name, group: null, share, waitHours: 24, mostFailures: 0, inPercent: false, needsGo: false, ...more };
}

/** What the form begins with: three rings, of which the last one begins when a person gives the word. */
export function emptyDraft(names: readonly [string, string, string]): Draft {
  return {
    name: '',
    work: 'security_updates',
    items: [],
    script: null,
    args: '',
    packages: '',
    dry: false,
    rollBack: true,
    groups: [],
    endpoints: [],
    rings: [ringDraft(names[0], 5, { waitHours: 0 }), ringDraft(names[1], 25, { mostFailures: 2, inPercent: true }), ringDraft(names[2], 70, { mostFailures: 5, inPercent: true, needsGo: true })],
    starts: '',
    days: 14,
    windowFrom: '',
    windowHours: 8,
    noticeMinutes: 0,
    postponeTimes: 0,
    postponeMinutes: 60,
    noticeText: '',
    kilobytes: 0,
    timeoutMinutes: 60,
    retries: 0,
    reason: '',
  };
}

const whole = (value: number): number => (Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0);
const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);

/** The minute of the day of `22:30`; null where nothing stands there. */
export function minuteOf(clock: string): number | null {
  const [hours, minutes] = clock.split(':').map(Number);
  return hours === undefined || minutes === undefined || Number.isNaN(hours) || Number.isNaN(minutes) ? null : hours * 60 + minutes;
}

function workOf(draft: Draft): RolloutWork {
  switch (draft.work) {
    case 'install':
      return { kind: 'install', items: draft.items };
    case 'script':
      return { kind: 'script', item: draft.script ?? '', args: lines(draft.args) };
    case 'package_updates':
      return { kind: 'package_updates', packages: lines(draft.packages) };
    default:
      return { kind: draft.work };
  }
}

/** What the server is asked for, at `nowMs` in the organisation's zone. */
export function bodyOf(draft: Draft, zone: string, nowMs: number): NewRollout {
  const starts = draft.starts === '' ? null : fromLocalInput(draft.starts, zone);
  const from = minuteOf(draft.windowFrom);
  const deadline = (starts ?? nowMs) + whole(draft.days) * 86_400_000;
  return {
    name: draft.name.trim(),
    work: workOf(draft),
    targets: { groups: draft.groups, endpoints: draft.endpoints },
    rings: draft.rings.map((ring, at) => ({
      name: ring.name.trim(),
      targets: { groups: ring.group === null ? [] : [ring.group], endpoints: [] },
      share: ring.group === null ? whole(ring.share) : null,
      wait_s: at === 0 ? 0 : whole(ring.waitHours * 3600),
      most_failures: whole(ring.mostFailures),
      in_percent: ring.inPercent,
      needs_go: ring.needsGo,
    })),
    starts_at: starts === null ? null : new Date(starts).toISOString(),
    deadline: new Date(deadline).toISOString(),
    windows: from === null ? [] : [{ days: [], from, minutes: Math.min(1440, Math.max(1, whole(draft.windowHours * 60))) }],
    notice: {
      seconds: whole(draft.noticeMinutes * 60),
      postpone_times: draft.noticeMinutes > 0 ? whole(draft.postponeTimes) : 0,
      postpone_s: draft.noticeMinutes > 0 ? whole(draft.postponeMinutes * 60) : 0,
      text: draft.noticeText.trim(),
    },
    bytes_per_second: whole(draft.kilobytes * 1000),
    dry_run: draft.dry,
    roll_back: draft.rollBack,
    timeout_s: whole(draft.timeoutMinutes * 60),
    retries: whole(draft.retries),
    reason: draft.reason.trim(),
  };
}

/** Whether there is enough to ask the server about it. */
export function isGood(draft: Draft): boolean {
  const work = draft.work === 'install' ? draft.items.length > 0 : draft.work === 'script' ? draft.script !== null : draft.work === 'package_updates' ? lines(draft.packages).length > 0 : true;
  const whom = draft.groups.length > 0 || draft.endpoints.length > 0 || draft.rings.some((ring) => ring.group !== null);
  return draft.name.trim() !== '' && work && whom && draft.rings.length > 0 && draft.rings.every((ring) => ring.name.trim() !== '');
}
