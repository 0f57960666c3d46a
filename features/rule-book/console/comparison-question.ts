import type { ComparedView, Group } from '@shell/api/schema';
import type { Language } from '@shell/i18n/words';
import type { Reach } from './comparison-span';

/** Fields of the search language, by both of their names. */
const fields = {
  group: { ja: 'グループ', en: 'group' },
  endpoint: { ja: '端末', en: 'endpoint' },
  person: { ja: '利用者', en: 'person' },
  user: { ja: 'ユーザー', en: 'user' },
  class: { ja: '区分', en: 'class' },
  level: { ja: 'レベル', en: 'level' },
  since: { ja: '以降', en: 'since' },
  until: { ja: 'まで', en: 'until' },
} as const;

/** One condition: a field, and the whole of a name, a word as it is, or that there is none. */
export interface Condition {
  field: keyof typeof fields;
  /** The whole name; null for "there is none". */
  name: string | null;
  not?: boolean;
}

/** Case and width play no part where names are compared. */
const fold = (text: string): string => text.normalize('NFKC').toLowerCase();
const same = (one: string, other: string): boolean => fold(one) === fold(other);

function written({ field, name, not = false }: Condition, language: Language): string {
  const word = fields[field][language];
  if (name === null) return `-${word}:*`;
  return `${not ? '-' : ''}${word}="${name.replaceAll('"', '""')}"`;
}

/** The question of the log search: what was counted, narrowed by these conditions, on these days. */
export function questionFor(q: string, conditions: readonly Condition[], { from, to }: Pick<Reach, 'from' | 'to'>, language: Language): string {
  const days = [`${fields.since[language]}:${from}`, `${fields.until[language]}:${to}`];
  return [`(${q})`, ...conditions.map((one) => written(one, language)), ...days].join(' ');
}

/** What was counted for this class. Rules without a class have no name that could be asked for. */
export function countedFor(q: string, chosen: string | undefined): string {
  return chosen === '' ? q.replace(/ class:""$/, ' -class:*') : q;
}

export function ofClass(name: string): Condition {
  return { field: 'class', name: name === '' ? null : name };
}

export const stopped: Condition = { field: 'level', name: 'prohibited' };

/** A group and all that lie above it, the uppermost first; nothing where it is not known. */
export function chainOf(groups: readonly Group[], id: string | undefined): Group[] {
  const chain: Group[] = [];
  let next = groups.find((group) => group.id === id);
  while (next && !chain.includes(next)) {
    chain.unshift(next);
    const above: string | null | undefined = next.parent_id;
    next = groups.find((group) => group.id === above);
  }
  return chain;
}

/** The fixed groups right below one, the root if none is named. */
export function groupsBelow(groups: readonly Group[], id: string | undefined): Group[] {
  const top = id ?? groups.find((group) => !group.parent_id)?.id;
  return groups.filter((group) => group.kind === 'fixed' && group.parent_id === top);
}

/**
 * The conditions under which exactly the endpoints in a group and below it are found. The search knows groups by their
 * names only: where one name is borne by several, those above are named too. Undefined where even that says too much.
 */
export function inGroup(groups: readonly Group[], id: string | undefined): Condition[] | undefined {
  const chain = chainOf(groups, id);
  const target = chain.at(-1);
  if (id === undefined || (target && !target.parent_id)) return [];
  if (!target) return undefined;
  const fixed = groups.filter((group) => group.kind === 'fixed').map((group) => chainOf(groups, group.id));
  const exact = (names: string[]): boolean =>
    fixed.every((one) => one.includes(target) || !names.every((name) => one.some((group) => same(group.name, name))));
  const path = chain.slice(1).map((group) => group.name);
  const names = [[target.name], path].find(exact);
  return names?.map((name) => ({ field: 'group', name }));
}

/** More groups than this cannot be excluded one by one in one question. */
const mostBelow = 200;

/** The conditions for the endpoints that are in a group itself, in none of the groups below it. */
export function rightIn(groups: readonly Group[], id: string | undefined): Condition[] | undefined {
  const inside = inGroup(groups, id);
  const below = groupsBelow(groups, id);
  const own = chainOf(groups, id);
  if (!inside || below.length > mostBelow || below.some((one) => own.some((above) => same(above.name, one.name)))) return undefined;
  return [...inside, ...below.map((group): Condition => ({ field: 'group', name: group.name, not: true }))];
}

/** An endpoint or person by name, or by id where others of those compared have the same name or nothing else is known. */
function named(field: 'endpoint' | 'person', item: ComparedView, all: readonly ComparedView[]): Condition[] {
  const alone = all.filter((other) => same(other.name, item.name)).length === 1;
  return [{ field, name: alone || !item.id ? item.name : item.id }];
}

/** An account that nobody has been assigned: written as `PC-001 / tanaka`. */
function account(item: ComparedView, all: readonly ComparedView[]): Condition[] {
  const at = item.name.indexOf(' / ');
  const [host, user] = [item.name.slice(0, at), item.name.slice(at + 3)];
  // A name without a domain stands for that of every domain.
  const others = all.filter((other) => !other.id && same(other.name.slice(0, at + 3), `${host} / `) && fold(other.name).endsWith(`\\${fold(user)}`));
  return [
    { field: 'endpoint', name: host },
    { field: 'user', name: user === '-' ? null : user },
    ...others.map((other): Condition => ({ field: 'user', name: other.name.slice(at + 3), not: true })),
    { field: 'person', name: null },
  ];
}

/** The conditions under which exactly the rows counted for an endpoint, a person or an account are found. */
export function ofOne(by: 'endpoint' | 'person', item: ComparedView, all: readonly ComparedView[]): Condition[] {
  return by === 'person' && !item.id ? account(item, all) : named(by, item, all);
}
