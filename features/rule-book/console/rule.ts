/** The rule model of `engine/rules`, as it stands in the policy `rule_book`. What is left out has its default. */

export const levels = ['log', 'alarm', 'prohibit'] as const;
export type RuleLevel = (typeof levels)[number];

export const places = ['fixed', 'removable', 'network', 'optical', 'memory'] as const;
export type Place = (typeof places)[number];

export const wheres = ['name', 'path', 'title', 'url', 'command', 'host', 'device', 'any'] as const;
export type Where = (typeof wheres)[number];

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof days)[number];

export interface Span {
  days?: Day[];
  /** `08:30`. */
  from: string;
  /** No later than `from`, it is over on the next day. */
  to: string;
}

export type Hours = 'outside_business' | 'business' | { within: Span[] };

export interface Texts {
  in: Where;
  any_of?: string[];
  none_of?: string[];
}

export const programParts = ['names', 'paths', 'sha256', 'signers'] as const;
export type Program = { [part in (typeof programParts)[number]]?: string[] };

/** Conditions, all of which must hold. */
export interface When {
  kinds?: string[];
  texts?: Texts[];
  program?: Program;
  accounts?: string[];
  from?: Place[];
  to?: Place[];
  bytes_at_least?: number;
  hours?: Hours;
  first_seen?: 'endpoint' | 'fleet';
}

export interface AtLeast {
  count?: number;
  bytes?: number;
  within_s: number;
}

export interface Exception {
  when: When;
  reason: string;
  /** RFC 3339; for ever when absent. */
  until?: string;
}

export interface Popup {
  show?: boolean;
  text?: string;
  quiet_s?: number;
}

export interface Rule {
  id: string;
  name: string;
  class: string;
  level: RuleLevel;
  on?: boolean;
  when: When;
  at_least?: AtLeast;
  except?: Exception[];
  popup?: Popup;
}

export interface Calendar {
  time_zone?: string;
  shifts?: Span[];
  japanese_holidays?: boolean;
  closed?: string[];
  open?: string[];
}

export const usualQuiet = 60;

export const isOn = (rule: Rule): boolean => rule.on !== false;
export const isShown = (rule: Rule): boolean => rule.popup?.show !== false;
export const quietOf = (rule: Rule): number => rule.popup?.quiet_s ?? usualQuiet;
/** Whether somebody is warned or stopped by it. */
export const isLoud = (rule: Rule): boolean => isOn(rule) && rule.level !== 'log';

/** A copy in which a field has this value, or is not there. */
export function withField<T extends object, K extends keyof T>(of: T, name: K, value: T[K] | undefined): T {
  if (value !== undefined) return { ...of, [name]: value };
  const copy = { ...of };
  Reflect.deleteProperty(copy, name);
  return copy;
}

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined && !(Array.isArray(inner) && inner.length === 0))
      .map(([name, inner]) => [name, bare(inner)]),
  );
}

function bareWhen(when: When): When {
  const { hours, ...rest } = when;
  const tidy = bare(rest) as When;
  // A span of hours that is still to be written is a fault that has to be said, not a condition that falls away.
  return withField(withField(tidy, 'program', Object.keys(tidy.program ?? {}).length === 0 ? undefined : tidy.program), 'hours', hours ?? undefined);
}

/** A rule as it is stored: without what says nothing. Fields that this console does not know are kept. */
export function tidied(rule: Rule): Rule {
  const { when, except, popup, on, ...rest } = rule;
  const tidy: Rule = { ...(bare(rest) as Omit<Rule, 'when'>), when: bareWhen(when) };
  if (on === false) tidy.on = false;
  const let_through = (except ?? []).map((one) => ({ ...(bare({ ...one, when: {} }) as Exception), reason: one.reason, when: bareWhen(one.when) }));
  if (let_through.length > 0) tidy.except = let_through;
  const said = Object.entries(bare(popup ?? {}) as Popup).filter(([name, value]) => !(name === 'show' && value === true) && !(name === 'quiet_s' && value === usualQuiet));
  if (said.length > 0) tidy.popup = Object.fromEntries(said);
  return tidy;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The rules of a policy's value. The server has checked them; what is nevertheless no rule is left out. */
export function rulesOf(value: Record<string, unknown> | undefined): Rule[] {
  const rules = value?.['rules'];
  if (!Array.isArray(rules)) return [];
  return rules.filter(isRecord).flatMap((one) => (typeof one['id'] === 'string' ? [tidied({ name: '', class: '', level: 'log', ...one, when: isRecord(one['when']) ? one['when'] : {} } as unknown as Rule)] : []));
}

export const sameRule = (a: Rule, b: Rule): boolean => JSON.stringify(sorted(tidied(a))) === JSON.stringify(sorted(tidied(b)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]));
}
