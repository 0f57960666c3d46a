import type { Exception, Rule, When } from './rule';

/**
 * What is wrong with a rule, by JSON Pointer into it. The server refuses the same (`engine/rules/src/fault.rs`); here it is said
 * before anything is sent, and in the reader's language.
 */
export interface Fault {
  pointer: string;
  code: FaultCode;
}

/** Each with the words of the server's refusal. */
const said = {
  id: 'an id has 1 to 64 lower-case letters, digits and hyphens',
  id_taken: 'another rule has this id already',
  name: 'a rule needs a name of at most 200 characters, because the log tells which rule answered',
  class: 'a class has 1 to 64 lower-case letters, digits and underscores',
  everything: 'a rule without conditions would answer to everything',
  everything_let: 'an exception without conditions would switch the rule off',
  no_amount: 'say how many acts or how many bytes',
  zero: 'nothing is always there; write 1 or more',
  window: 'between 1 second and a day',
  reason: 'say why, for whoever looks at the list next',
  kind: 'a kind looks like file.copy, a family of them like file',
  no_text: 'say what is to stand there or must not',
  no_program: 'say which program: by name, path, SHA-256 or signer',
  folder: 'a name has no folders; put a path under paths',
  sha256: 'a SHA-256 has 64 hexadecimal digits',
  many: 'more than 1000 values',
  empty: 'an empty text fits everything',
  long: 'more than 500 characters',
  stars: 'nothing but wildcards fits everything',
  no_span: 'say from when to when',
  popup_empty: "an empty text says nothing; leave it out for Yagura's own words",
  popup_long: 'more than 2000 characters',
  zone: 'this machine knows no such time zone; write its name, Asia/Tokyo, or an offset, +09:00',
  rules: 'more than 1000 rules',
  span: 'a time of the day looks like 08:30',
} as const;

export type FaultCode = keyof typeof said;

/** How the server words a refusal. */
export const messageOf = (code: FaultCode): string => said[code];

/** The code for a refusal in the server's English; nothing for one that this console does not know. */
export function codeOf(message: string): FaultCode | undefined {
  return (Object.keys(said) as FaultCode[]).find((code) => said[code] === message);
}

const clock = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const isEmpty = (when: When): boolean => Object.keys(when).length === 0;

function patterns(at: string, values: readonly string[] | undefined, path: boolean): Fault[] {
  const found: Fault[] = [];
  if ((values ?? []).length > 1000) found.push({ pointer: at, code: 'many' });
  for (const value of values ?? []) {
    if (value.trim() === '') found.push({ pointer: at, code: 'empty' });
    else if (value.normalize('NFKC').replaceAll(path ? /[*?/\\\s]/g : /[*\s]/g, '') === '') found.push({ pointer: at, code: 'stars' });
    if (Array.from(value).length > 500) found.push({ pointer: at, code: 'long' });
  }
  return found;
}

function whenFaults(at: string, when: When): Fault[] {
  const found: Fault[] = [];
  if ((when.kinds ?? []).some((kind) => !/^[a-z0-9._]{1,64}$/.test(kind))) found.push({ pointer: `${at}/kinds`, code: 'kind' });
  (when.texts ?? []).forEach((text, index) => {
    const here = `${at}/texts/${String(index)}`;
    if ((text.any_of ?? []).length + (text.none_of ?? []).length === 0) found.push({ pointer: here, code: 'no_text' });
    for (const name of ['any_of', 'none_of'] as const) found.push(...patterns(`${here}/${name}`, text[name], text.in === 'path'));
  });
  const { names = [], paths, sha256 = [] } = when.program ?? {};
  if (names.some((name) => /[/\\]/.test(name))) found.push({ pointer: `${at}/program/names`, code: 'folder' });
  if (sha256.some((hash) => !/^[0-9a-f]{64}$/i.test(hash))) found.push({ pointer: `${at}/program/sha256`, code: 'sha256' });
  found.push(...patterns(`${at}/program/paths`, paths, true));
  if (typeof when.hours === 'object') {
    const { within } = when.hours;
    if (within.length === 0) found.push({ pointer: `${at}/hours`, code: 'no_span' });
    within.forEach((span, index) => {
      for (const end of ['from', 'to'] as const) if (!clock.test(span[end])) found.push({ pointer: `${at}/hours/within/${String(index)}/${end}`, code: 'span' });
    });
  }
  return found;
}

function exceptionFaults(at: string, { when, reason }: Exception): Fault[] {
  return [
    ...(isEmpty(when) ? [{ pointer: `${at}/when`, code: 'everything_let' as const }] : []),
    ...(reason.trim() === '' ? [{ pointer: `${at}/reason`, code: 'reason' as const }] : []),
    ...whenFaults(`${at}/when`, when),
  ];
}

/** What is wrong with a rule; `taken` are the ids of the others in force beside it. */
export function faultsOf(rule: Rule, taken: readonly string[]): Fault[] {
  const found: Fault[] = [];
  if (!/^[a-z0-9-]{1,64}$/.test(rule.id)) found.push({ pointer: '/id', code: 'id' });
  if (taken.includes(rule.id)) found.push({ pointer: '/id', code: 'id_taken' });
  if (rule.name.trim() === '' || Array.from(rule.name).length > 200) found.push({ pointer: '/name', code: 'name' });
  if (!/^[a-z0-9_]{1,64}$/.test(rule.class)) found.push({ pointer: '/class', code: 'class' });
  if (isEmpty(rule.when)) found.push({ pointer: '/when', code: 'everything' });
  found.push(...whenFaults('/when', rule.when));
  if (rule.at_least) {
    const { count, bytes, within_s } = rule.at_least;
    if (count === undefined && bytes === undefined) found.push({ pointer: '/at_least', code: 'no_amount' });
    else if (count === 0 || bytes === 0) found.push({ pointer: '/at_least', code: 'zero' });
    if (!(within_s >= 1 && within_s <= 86_400)) found.push({ pointer: '/at_least/within_s', code: 'window' });
  }
  (rule.except ?? []).forEach((one, index) => {
    found.push(...exceptionFaults(`/except/${String(index)}`, one));
  });
  const text = rule.popup?.text;
  if (text !== undefined && text.trim() === '') found.push({ pointer: '/popup/text', code: 'popup_empty' });
  if (text !== undefined && Array.from(text).length > 2000) found.push({ pointer: '/popup/text', code: 'popup_long' });
  return found;
}
