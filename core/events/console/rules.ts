import type { RetentionRule } from '@shell/api/schema';

/** The longest time that can be set, in days; beyond it there is "for ever". */
export const longestDays = 3650;

/** A rule in a form, under a number that stays when others come and go. */
export interface Draft {
  id: number;
  /** Null for all kinds. */
  kind: string | null;
  /** Null for all endpoints. */
  group: string | null;
  /** Null for ever; what somebody has not finished typing is a text. */
  days: number | string | null;
}

/** The rules to begin from. The one for all kinds and all endpoints comes first: all others are exceptions to it. */
export function drafts(rules: readonly RetentionRule[]): Draft[] {
  const all = rules.map(({ kind, group, days }, id) => ({ id, kind: kind ?? null, group: group ?? null, days: days ?? null }));
  return [...all.filter(isUsual), ...all.filter((one) => !isUsual(one))];
}

/** Whether it answers for everything that no other rule speaks of. It cannot be taken away. */
export function isUsual(rule: Pick<RetentionRule, 'kind' | 'group'>): boolean {
  return !rule.kind && !rule.group;
}

export type Fault = 'days' | 'taken';

/** What is wrong with each rule, by its number in the form. */
export function faults(all: readonly Draft[]): Map<number, Fault> {
  const found = new Map<number, Fault>();
  const seen = new Set<string>();
  for (const { id, kind, group, days } of all) {
    if (days !== null && !(typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= longestDays)) found.set(id, 'days');
    const about = JSON.stringify([kind, group]);
    if (seen.has(about)) found.set(id, 'taken');
    seen.add(about);
  }
  return found;
}

/** The rules as the server takes them; only for what has no faults. */
export function rulesOf(all: readonly Draft[]): RetentionRule[] {
  return all.map(({ kind, group, days }) => ({ kind, group, days: typeof days === 'number' ? days : null }));
}
