import type { Search } from '@shell/address/query-string';
import type { Language } from '@shell/i18n/words';
import { fromLocalInput, toLocalInput } from '@shell/time';
import { isSpan } from './filter';

/**
 * A question in the language of the log search, as far as the form beside it needs to know it: the conditions that stand
 * side by side. What it all means is the server's to say.
 */
export interface Part {
  text: string;
  /** The English name of the field, for those that the form shows. */
  field?: string;
  op?: string;
  value?: string;
}

const names: Record<string, string[]> = {
  user: ['ユーザー', 'アカウント', 'account', 'username'],
  kind: ['種類', '操作', 'event'],
  level: ['レベル', '重さ'],
  endpoint: ['端末', 'ホスト', 'pc', 'host', 'hostname'],
  since: ['以降', 'から', 'from'],
  until: ['まで', '以前'],
  time: ['日時', '発生', 'occurred', 'date'],
  exe: ['プログラム', '実行ファイル', 'アプリ', 'image', 'program', 'app'],
  hash: ['ハッシュ', 'sha256', 'hash_sha256'],
  process: ['プロセス', 'process_guid'],
};
const fieldOf = new Map(Object.entries(names).flatMap(([name, others]) => [name, ...others].map((one) => [one, name] as const)));

/** Levels by their Japanese words. */
export const levels: Record<string, string> = { 記録: 'recorded', 警告: 'alarm', 禁止: 'prohibited' };

function unquoted(text: string): string {
  const inner = /^["＂“](.*)["＂”]$/su.exec(text);
  return inner?.[1] === undefined ? text : inner[1].replaceAll('""', '"');
}

function part(text: string): Part {
  const found = /^([\p{L}_][\p{L}\p{N}_.ー]*)(:|：|!=|>=|<=|=|＝|>|<)(.+)$/su.exec(text);
  const field = found?.[1] && fieldOf.get(found[1].normalize('NFKC').toLowerCase());
  if (!found || !field) return { text };
  return { text, field, op: (found[2] ?? ':').normalize('NFKC'), value: unquoted(found[3] ?? '') };
}

/** The pieces that spaces outside quotation marks and parentheses part. */
export function split(question: string): Part[] {
  const parts: Part[] = [];
  let piece = '';
  let depth = 0;
  let quoted = false;
  for (const letter of question) {
    if (/["＂“”]/u.test(letter)) quoted = !quoted;
    if (!quoted && /[(（]/u.test(letter)) depth += 1;
    if (!quoted && /[)）]/u.test(letter)) depth -= 1;
    if (!quoted && depth <= 0 && /\s/u.test(letter)) {
      if (piece !== '') parts.push(part(piece));
      piece = '';
    } else piece += letter;
  }
  if (piece !== '') parts.push(part(piece));
  return parts;
}

const isOr = (one: Part): boolean => one.text.normalize('NFKC') === 'OR';

/** A value as it is written: in quotation marks where it would otherwise be more than one word or have a meaning. */
export function quoted(value: string): string {
  return /[\s"“”＂*?＊？()（）,、，]/u.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** The conditions side by side; none where the question is a choice, which the form cannot show. */
export function conditions(question: string): Part[] {
  const parts = split(question);
  return parts.some(isOr) ? [] : parts;
}

/** The question with one field asked for this and nothing else; without a value it is no longer asked about. */
export function withField(question: string, field: string, value: string | undefined, language: Language, op = ':'): string {
  const parts = split(question);
  const kept = parts.some(isOr) ? [`(${question.trim()})`] : parts.filter((one) => one.field !== field).map((one) => one.text);
  const name = language === 'ja' ? (names[field]?.[0] ?? field) : field;
  return [...kept, ...(value === undefined ? [] : [`${name}${op}${value}`])].join(' ');
}

/** The question with one more condition, or without it where it stands there already. */
export function toggled(question: string, field: string, value: string, language: Language, op = ':'): string {
  const parts = conditions(question);
  const there = parts.filter((one) => one.field === field);
  if (there.some((one) => one.value === unquoted(value))) return withField(question, field, undefined, language);
  return withField(question, field, value, language, op);
}

const spans: Record<string, string> = { '24h': '1d', '1時間': '1h', '7日': '7d', '30日': '30d', '1日': '1d' };

/** A moment as the form shows it. A day begins at midnight, and the last one ends with its last minute. */
function moment(value: string, zone: string, edge: 'begins' | 'ends' = 'begins'): string | undefined {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const isExact = /T.*(Z|[+-]\d{2}:\d{2})$/i.test(value);
  const ms = isExact ? Date.parse(value) : fromLocalInput(isDay ? `${value}T${edge === 'begins' ? '00:00' : '23:59'}` : value, zone);
  return ms === null || Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** What the four words show of a question. */
export function wordsOf(question: string, zone: string): Search {
  const search: Search = {};
  const put = (name: string, value: string | undefined): void => {
    if (value !== undefined) search[name] = value;
  };
  for (const { field, op, value } of conditions(question)) {
    if (value === undefined || op === '!=') continue;
    if (field === 'user' || field === 'endpoint') put(field, value);
    if (field === 'kind') put('kind', value.split(/[,、，]/u).map((one) => (one.includes('.') ? one : `${one}.*`)).join(','));
    if (field === 'level') put('level', value.split(/[,、，]/u).map((one) => levels[one] ?? one).join(','));
    if (field === 'since') {
      const span = spans[value] ?? value;
      if (isSpan(span)) put('span', span);
      else put('since', moment(value, zone));
    }
    if (field === 'until') put('until', moment(value, zone, 'ends'));
    if (field === 'time' && (value === 'today' || value === '今日')) put('span', 'today');
    else if (field === 'time' && value.includes('..')) {
      const [from = '', to = ''] = value.split('..');
      put('since', moment(from, zone));
      put('until', moment(to, zone, 'ends'));
    }
  }
  return search;
}

/** A question after a change in the four words. */
export function withWords(question: string, changes: Record<string, string | undefined>, zone: string, language: Language): string {
  let next = question;
  const set = (field: string, value: string | undefined, op?: string): void => {
    next = withField(next, field, value, language, op);
  };
  const local = (iso: string | undefined): string | undefined => (iso === undefined ? undefined : toLocalInput(Date.parse(iso), zone));
  // A range stands as one condition; a change of one end makes two of it.
  if ('since' in changes || 'until' in changes || 'span' in changes) {
    const before = wordsOf(next, zone);
    const after = { span: before['span'], since: before['since'], until: before['until'], ...changes };
    set('time', after.span === 'today' ? 'today' : undefined);
    set('since', after.span !== undefined && after.span !== 'today' ? after.span : local(after.since));
    set('until', local(after.until));
  }
  if ('user' in changes) set('user', changes['user'] === undefined ? undefined : quoted(changes['user']));
  if ('kind' in changes) set('kind', changes['kind']?.replaceAll('.*', ''));
  if ('level' in changes) set('level', changes['level']);
  if ('endpoint' in changes) set('endpoint', changes['endpoint'] === undefined ? undefined : quoted(changes['endpoint']), '=');
  if ('image' in changes) set('exe', changes['image'] === undefined ? undefined : quoted(changes['image']), '=');
  if ('process_guid' in changes) set('process', changes['process_guid']);
  if ('hash' in changes) set('hash', changes['hash']);
  return next;
}

/** The question of an address: as it stands there, or made of the conditions that other pages name one by one. */
export function questionOf(search: Search, zone: string, language: Language): string {
  if (search['q'] !== undefined) return search['q'];
  const text = search['text'] === undefined ? '' : quoted(search['text']);
  const given = Object.entries(search).filter(([name]) => name !== 'q' && name !== 'text' && name !== 'event');
  return given.length === 0 ? text : withWords(text, Object.fromEntries(given), zone, language).trim();
}

/** The texts that a question looks for, for marking them in the rows. */
export function soughtIn(question: string): string {
  const words = conditions(question).filter((one) => one.field === undefined && !/^[-－]|^NOT$|[:：=<>()]/u.test(one.text));
  return unquoted(words[0]?.text ?? '');
}
