import type { Group, PolicyVersion } from '@shell/api/schema';
import { isOn, rulesOf, sameRule, tidied, type Calendar, type Rule } from './rule';

type GroupRef = PolicyVersion['group'];

/** A rule from a group above. */
export interface Inherited {
  rule: Rule;
  group: GroupRef;
}

/** What a group's rules come to: its own and those from above. */
export interface Book {
  /** The group's own version; null where it takes what is above. */
  base: PolicyVersion | null;
  /** How the own rules stand to those above; `add` for a group that has none yet, unless it is the root. */
  inherit: 'replace' | 'add';
  own: Rule[];
  inherited: Inherited[];
  calendar: Calendar;
  /** Whose calendar it is; null for the one that Yagura begins with. */
  calendarFrom: GroupRef | null;
  /** Whether the calendar can be written here: where rules are added, its lists would be added too. */
  ownCalendar: boolean;
}

export const isWithin = (path: string, above: string): boolean => above === '/' || path === above || path.startsWith(`${above}/`);

/** Lays the policies of a group and of those above it over one another, as the server does for an endpoint. */
export function bookOf(group: Group, policies: readonly PolicyVersion[], usual: Record<string, unknown>): Book {
  const layers = policies
    .filter((one) => one.feature === 'rule_book' && isWithin(group.path, one.group.path))
    .sort((a, b) => a.group.path.length - b.group.path.length);
  const base = layers.find((one) => one.group.id === group.id) ?? null;
  const inherit = base?.inherit ?? (group.path === '/' ? 'replace' : 'add');
  const above = inherit === 'replace' ? [] : layers.filter((one) => one !== base);
  const start = Math.max(0, above.findLastIndex((one) => one.inherit === 'replace'));
  const inForce = above.slice(start);
  let calendar = (usual['calendar'] ?? {}) as Calendar;
  let calendarFrom: GroupRef | null = null;
  for (const layer of [...inForce, ...(base ? [base] : [])]) {
    const said = layer.value['calendar'] as Calendar | undefined;
    if (!said) continue;
    calendar = { ...calendar, ...said };
    calendarFrom = layer.group;
  }
  return {
    base,
    inherit,
    own: rulesOf(base?.value),
    inherited: inForce.flatMap((layer) => rulesOf(layer.value).map((rule) => ({ rule, group: layer.group }))),
    calendar,
    calendarFrom,
    ownCalendar: inherit === 'replace',
  };
}

/** A rule being worked on. The key stays when its id is changed. */
export interface Entry {
  key: string;
  rule: Rule;
}

export const entriesOf = (rules: readonly Rule[]): Entry[] => rules.map((rule) => ({ key: rule.id, rule }));

export type ChangeKind = 'added' | 'removed' | 'on' | 'off' | 'level' | 'changed' | 'order';

export interface Change {
  kind: ChangeKind;
  key: string;
  name: string;
  before?: Rule;
  after?: Rule;
}

function kindOf(before: Rule, after: Rule): ChangeKind {
  const but = (fields: Partial<Rule>): boolean => sameRule({ ...before, ...fields }, { ...after, ...fields });
  if (but({ on: true })) return isOn(after) ? 'on' : 'off';
  return but({ level: 'log' }) ? 'level' : 'changed';
}

/** What is different from what is stored, one line for each rule. */
export function changesOf(base: readonly Rule[], draft: readonly Entry[]): Change[] {
  const changes: Change[] = [];
  for (const { key, rule } of draft) {
    const before = base.find((one) => one.id === key);
    if (!before) changes.push({ kind: 'added', key, name: rule.name, after: rule });
    else if (!sameRule(before, rule)) changes.push({ kind: kindOf(before, rule), key, name: rule.name, before, after: rule });
  }
  for (const rule of base) {
    if (!draft.some((one) => one.key === rule.id)) changes.push({ kind: 'removed', key: rule.id, name: rule.name, before: rule });
  }
  const kept = base.filter((rule) => draft.some((one) => one.key === rule.id)).map((rule) => rule.id);
  const now = draft.filter((one) => kept.includes(one.key)).map((one) => one.key);
  if (kept.join('\n') !== now.join('\n')) changes.push({ kind: 'order', key: '', name: '' });
  return changes;
}

/** One's own changes laid over what somebody else has stored meanwhile; `clashes` are rules that both have changed. */
export function rebased(base: readonly Rule[], draft: readonly Entry[], theirs: readonly Rule[]): { entries: Entry[]; clashes: string[] } {
  const mine = changesOf(base, draft).filter((change) => change.kind !== 'order');
  const clashes = mine
    .filter(({ key, before }) => {
      const their = theirs.find((one) => one.id === key);
      return before ? !their || !sameRule(before, their) : their !== undefined;
    })
    .map((change) => change.name);
  const entries = entriesOf(theirs).flatMap((entry) => {
    const change = mine.find((one) => one.key === entry.key);
    if (!change) return [entry];
    return change.after ? [{ key: entry.key, rule: change.after }] : [];
  });
  const added = mine.filter((change) => change.after && !theirs.some((one) => one.id === change.key));
  return { entries: [...entries, ...added.flatMap(({ key, after }) => (after ? [{ key, rule: after }] : []))], clashes };
}

/** The value to store: everything that stood there and is no rule stays as it was. */
export function valueOf(book: Book, entries: readonly Entry[], calendar: Calendar | null, usual: Record<string, unknown>): Record<string, unknown> {
  const before = book.base?.value ?? (book.inherit === 'replace' ? usual : {});
  return { ...before, ...(calendar ? { calendar } : {}), rules: entries.map((one) => tidied(one.rule)) };
}

/** An id that nothing else has: the class in the letters that ids may have, and a number where it is taken. */
export function freeId(stem: string, taken: readonly string[]): string {
  const clean = stem.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '').slice(0, 56) || 'rule';
  if (!taken.includes(clean)) return clean;
  let number = 2;
  while (taken.includes(`${clean}-${String(number)}`)) number += 1;
  return `${clean}-${String(number)}`;
}

export interface Expiry {
  /** How many exceptions there are. */
  all: number;
  over: number;
  /** When the next one ends that ends within so many days, in milliseconds. */
  next: number | null;
}

const soon = 14 * 86_400_000;

/** Which exceptions of a rule are over, and which end within a fortnight. */
export function expiryOf(rule: Rule, nowMs: number): Expiry {
  const ends = (rule.except ?? []).flatMap((one) => (one.until ? [Date.parse(one.until)] : []));
  const coming = ends.filter((end) => end > nowMs && end <= nowMs + soon);
  return { all: rule.except?.length ?? 0, over: ends.filter((end) => end <= nowMs).length, next: coming.length > 0 ? Math.min(...coming) : null };
}
