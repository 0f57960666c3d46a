import { duration } from '@shell/time';
import type { Language } from '@shell/i18n/words';
import { size } from './amounts';
import { days, isShown, type Day, type Hours, type Place, type Rule, type Span, type Texts, type When } from './rule';

/** The words that a sentence is made of: the feature's own, by key, with values; nothing for a key that is not there. */
export interface Speech {
  language: Language;
  say: (key: string, values?: Record<string, string | number>) => string | undefined;
  /** What people call a kind of event, for one that the sentence has no verb for. */
  kind: (kind: string) => string;
}

/** At most so many names are told; the rest is a number. */
const told = 3;

function or(speech: Speech, items: readonly string[]): string {
  const join = speech.say('sentence.or') ?? ' ';
  if (items.length <= told) return items.join(join);
  return speech.say('sentence.and_more', { items: items.slice(0, told - 1).join(speech.say('sentence.comma') ?? ' '), count: items.length - told + 1 }) ?? '';
}

const quoted = (speech: Speech, text: string): string => (speech.language === 'ja' ? `「${text}」` : `“${text}”`);
const word = (speech: Speech, value: string): string => speech.say(`policy_values.${value}`) ?? value;

/** Days as people say them: 月〜金, or 月・水; nothing for every day. */
export function daysWords(speech: Speech, on: readonly Day[] | undefined): string {
  const chosen = days.filter((day) => on?.includes(day));
  if (chosen.length === 0 || chosen.length === 7) return speech.say('sentence.every_day') ?? '';
  const first = days.indexOf(chosen[0] ?? 'mon');
  const row = chosen.length > 2 && chosen.every((day, at) => days.indexOf(day) === first + at);
  if (row) return speech.say('sentence.days_from_to', { from: word(speech, chosen[0] ?? ''), to: word(speech, chosen.at(-1) ?? '') }) ?? '';
  return chosen.map((day) => word(speech, day)).join(speech.say('sentence.days_join') ?? ' ');
}

export function spanWords(speech: Speech, span: Span): string {
  return `${daysWords(speech, span.days)} ${span.from}–${span.to}`;
}

function hoursWords(speech: Speech, hours: Hours | undefined): string {
  if (hours === undefined) return '';
  if (typeof hours === 'string') return speech.say(`sentence.hours.${hours}`) ?? '';
  return speech.say('sentence.hours.within', { spans: or(speech, hours.within.map((span) => spanWords(speech, span))) }) ?? '';
}

function placesWords(speech: Speech, key: 'from' | 'to', all: readonly Place[] | undefined): string {
  return all ? (speech.say(`sentence.${key}`, { places: or(speech, all.map((place) => speech.say(`sentence.place.${place}`) ?? place)) }) ?? '') : '';
}

function programs({ program }: When): string[] {
  return program ? [...(program.names ?? []), ...(program.paths ?? []), ...(program.sha256 ?? []).map((hash) => `${hash.slice(0, 8)}…`), ...(program.signers ?? [])] : [];
}

/** What is done: verbs by family, 「ファイルのコピー・移動をした」. */
function deed(speech: Speech, when: When): string {
  const kinds = when.kinds ?? [];
  if (kinds.length === 0) return speech.say('sentence.anything') ?? '';
  const families = new Map<string, string[]>();
  for (const kind of kinds) {
    const [family = kind, ...act] = kind.replace(/\.\*$/, '').split('.');
    families.set(family, [...(families.get(family) ?? []), ...(act.length > 0 ? [act.join('.')] : [])]);
  }
  const parts = [...families].flatMap(([family, acts]) => {
    const verbs = acts.map((act) => speech.say(`acts.${family}.${act}`));
    const first = verbs.slice(0, -1).join(speech.say('sentence.acts_join') ?? ', ');
    const all = [first, verbs.at(-1)].filter(Boolean).join(speech.say('sentence.acts_last') ?? ' ');
    const frame = speech.say(`acts.${family}.of`, { acts: all });
    if (acts.length === 0) return [speech.say(`acts.${family}.all`) ?? happens(speech, `${family}.*`)];
    if (frame === undefined || verbs.includes(undefined)) return acts.map((act) => happens(speech, `${family}.${act}`));
    return [frame];
  });
  return parts.join(speech.say('sentence.or_deed') ?? ', ');
}

const happens = (speech: Speech, kind: string): string => speech.say('sentence.happens', { kind: speech.kind(kind) }) ?? kind;

function textWords(speech: Speech, text: Texts): string[] {
  const where = speech.say(`sentence.where.${text.in}`) ?? text.in;
  return (['any_of', 'none_of'] as const).flatMap((name) => {
    const values = text[name] ?? [];
    if (values.length === 0) return [];
    return [speech.say(`sentence.${name}`, { where, patterns: or(speech, values.map((value) => quoted(speech, value))) }) ?? ''];
  });
}

/** Conditions that stand in brackets behind the act. */
function more(speech: Speech, when: When, starts: boolean): string {
  const all = [
    ...(when.texts ?? []).flatMap((text) => textWords(speech, text)),
    ...(when.bytes_at_least === undefined ? [] : [speech.say('sentence.bytes', { size: size(when.bytes_at_least) }) ?? '']),
    ...(when.first_seen === undefined || starts ? [] : [speech.say(`sentence.first_seen.${when.first_seen}`) ?? '']),
  ];
  if (all.length === 0) return '';
  return speech.say('sentence.more', { conditions: all.join(speech.say('sentence.and') ?? ', ') }) ?? '';
}

/** Whose act, when, with what, from where to where, what: without the end of the sentence. */
function act(speech: Speech, when: When): Record<string, string> {
  const starts = when.kinds?.length === 1 && when.kinds[0] === 'process.start';
  const names = programs(when);
  const started = names.length > 0 ? or(speech, names) : speech.say(`sentence.program_${when.first_seen ?? 'any'}`);
  return {
    who: when.accounts ? (speech.say('sentence.accounts', { names: or(speech, when.accounts) }) ?? '') : (speech.say('sentence.anybody') ?? ''),
    hours: hoursWords(speech, when.hours),
    program: starts || names.length === 0 ? '' : (speech.say('sentence.program', { names: or(speech, names) }) ?? ''),
    from: placesWords(speech, 'from', when.from),
    to: placesWords(speech, 'to', when.to),
    what: starts ? (speech.say('sentence.starts', { program: started ?? '' }) ?? '') : deed(speech, when),
    more: more(speech, when, starts && names.length === 0),
  };
}

/** Conditions by themselves, as an exception has them. */
export function whenWords(speech: Speech, when: When): string {
  return speech.say('sentence.let_through', act(speech, when)) ?? '';
}

/** How much must come together. */
export function amountWords(speech: Speech, { at_least }: Rule): string {
  if (!at_least) return '';
  const parts = [
    ...(at_least.count === undefined ? [] : [speech.say('sentence.times', { count: at_least.count }) ?? '']),
    ...(at_least.bytes === undefined ? [] : [size(at_least.bytes)]),
  ];
  return speech.say('sentence.amount', { within: duration(at_least.within_s, speech.language), amount: parts.join(speech.say('sentence.or') ?? ' ') }) ?? '';
}

/** A rule as one sentence: who, when, what, how much, and what becomes of it. */
export function sentenceOf(speech: Speech, rule: Rule): string {
  const silent = rule.level !== 'log' && !isShown(rule);
  const effect = speech.say(`sentence.effect.${rule.level}${silent ? '_silent' : ''}`) ?? '';
  return speech.say('sentence.whole', { ...act(speech, rule.when), amount: amountWords(speech, rule), effect }) ?? '';
}
