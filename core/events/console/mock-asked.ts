import type { EventView, FieldError } from '@shell/api/schema';
import { minute, hour, day } from '@shell/mock/day';
import { staff, type Staff } from '@shell/mock/office';
import { fromLocalInput, now, startOfDay } from '@shell/time';
import { fleet } from '../../endpoints/console/mock-fleet';
import { split as parted, type Part } from './question';

/** A question that the made-up server cannot read. */
export class Misread extends Error {
  readonly error: FieldError;
  constructor(error: FieldError) {
    super(error.message ?? error.code);
    this.error = error;
  }
}

const zone = 'Asia/Tokyo';

const known = new Map<string, Part[]>();
/** The same question is asked of every row. */
function split(question: string): Part[] {
  const parts = known.get(question) ?? parted(question);
  known.set(question, parts);
  return parts;
}
const fold = (text: string): string => text.normalize('NFKC').toLowerCase();
const families: Record<string, string> = { ファイル: 'file', 印刷: 'print', 機器: 'device', 媒体: 'medium', ディスク: 'disc', クラウド: 'cloud', メール: 'mail', 電源: 'power', エージェント: 'agent' };
const levels: Record<string, string> = { 記録: 'recorded', 警告: 'alarm', 禁止: 'prohibited' };
const folded = new WeakMap<EventView, string>();
/** All texts of a row as they are compared, one a line. */
function texts(row: EventView): string {
  const all =
    folded.get(row) ??
    fold([row.subject, row.target, row.command_line, row.image, row.user, row.rule, row.class].map((text) => text ?? '').join('\n'));
  folded.set(row, all);
  return all;
}

const moments = new Map<string, number | null>();

function ago(value: string): number | null {
  const found = /^(\d+)(m|h|d|分|時間|日)$/u.exec(value);
  const unit = { m: minute, 分: minute, h: hour, 時間: hour, d: day, 日: day }[found?.[2] ?? ''];
  if (found && unit) return now() - Number(found[1]) * unit;
  if (value === 'today' || value === '今日') return startOfDay(now(), zone);
  if (/T.*Z$/.test(value)) return Date.parse(value);
  // A moment of the calendar is looked up once and not for every row: the browser's calendar is slow.
  const known = moments.get(value) ?? fromLocalInput(/T/.test(value) ? value : `${value}T00:00`, zone);
  moments.set(value, known);
  return known;
}

/** The end of what a word for a time means: of a day its midnight, of a minute the next one. */
function endOf(value: string): number {
  const begins = ago(value);
  if (begins === null) return Infinity;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return begins + day;
  return /T\d{2}:\d{2}$/.test(value) ? begins + minute : begins;
}

const seats = new Map(fleet.map((endpoint, at) => [endpoint.id, at]));

/** The person whose account it was; some accounts nobody has been assigned. */
export function personOf(row: EventView): Staff | undefined {
  const at = seats.get(row.endpoint) ?? -1;
  return at % 17 === 9 ? undefined : staff[at];
}

/** The names of the groups in which the endpoint of a row lies. */
function groupsOf(row: EventView): string[] {
  return fleet[seats.get(row.endpoint) ?? -1]?.group.path.split('/').slice(1) ?? [];
}

/** The fields with names that other features put into questions, and what a row has there. */
const named: [RegExp, (row: EventView) => (string | null | undefined)[]][] = [
  [/^(?:グループ|部署|group)[:：=](.+)$/u, groupsOf],
  [/^(?:利用者|人|氏名|社員|person)[:：=](.+)$/u, (row) => [personOf(row)?.name, personOf(row)?.id]],
  [/^(?:区分|分類|class)[:：=](.+)$/u, (row) => [row.class]],
];

/** Whether a row has the name that a condition asks for; null where it asks for something else. */
function bearsName(row: EventView, text: string): boolean | null {
  for (const [pattern, namesOf] of named) {
    const wanted = pattern.exec(text)?.[1]?.replace(/^"(.*)"$/u, '$1').replaceAll('""', '"');
    if (wanted !== undefined) return namesOf(row).some((name) => (wanted === '*' ? Boolean(name) : name === wanted));
  }
  return null;
}

const list = (value: string): string[] => value.split(/[,、，]/u);
const isOf = (kind: string, wanted: string): boolean => {
  const family = (families[wanted] ?? wanted).replace(/\.\*$/, '');
  return kind === family || kind.startsWith(`${family}.`);
};
const fits = (text: string | null | undefined, part: Part): boolean => {
  const value = fold(part.value ?? '');
  const whole = fold(text ?? '');
  return part.op === '=' ? whole === value || whole.endsWith(`\\${value}`) : whole.includes(value.replaceAll('*', ''));
};

/** A condition on the rule that answered, by its id. */
const ruled = /^(?:rule|ルール|規則)[:：=](.+)$/u;

function one(row: EventView, part: Part): boolean {
  const at = Date.parse(row.occurred_at);
  const value = part.value ?? '';
  switch (part.field) {
    case 'user':
      return fits(row.user, part);
    case 'endpoint':
      return row.endpoint === value || fits(row.hostname, part);
    case 'exe':
      return fits(row.image, part);
    case 'hash':
      return row.hash_sha256 === value;
    case 'process':
      return row.process_guid === value;
    case 'kind':
      return list(value).some((wanted) => isOf(row.kind, wanted));
    case 'level':
      return list(value).some((wanted) => (levels[wanted] ?? wanted) === row.level);
    case 'since':
      return at >= (ago(value) ?? -Infinity);
    case 'until':
      return at < endOf(value);
    case 'time': {
      const [from = '', to] = value.split('..');
      return at >= (ago(from) ?? -Infinity) && (to === undefined || at < endOf(to));
    }
    default: {
      const rule = ruled.exec(part.text)?.[1];
      if (rule !== undefined) return rule === '*' ? Boolean(row.rule) : row.rule === rule;
      const needle = fold(part.text.replaceAll(/["“”]/gu, ''));
      return texts(row).includes(needle);
    }
  }
}

/** Fields that the made-up server takes but has nothing to compare with. */
const others = /^(?:時間帯|hour|曜日|weekday|枚数|pages|大きさ|size|bytes|ファイル|file|題名|title|body\.\S*)(?:[:：=]|[<>]=?)/u;

function refuse(question: string, part: Part): void {
  const found = /^([\p{L}_]+)[:：](?!\/\/|\\)/u.exec(part.text);
  if (part.field !== undefined || !found?.[1] || others.test(part.text) || ruled.test(part.text) || named.some(([pattern]) => pattern.test(part.text))) return;
  const from = Array.from(question.slice(0, question.indexOf(part.text))).length;
  const place = { from, to: from + Array.from(found[1]).length, found: found[1], ...(found[1] === 'usr' ? { meant: 'user' } : {}) };
  throw new Misread({ pointer: '?q', code: 'unknown_field', message: `there is no field ${found[1]}`, place });
}

function all(row: EventView, parts: Part[]): boolean {
  return parts.every((part, at) => {
    if (part.text === 'NOT') return true;
    const negated = /^[-－]./u.test(part.text) || parts[at - 1]?.text === 'NOT';
    const text = part.text.replace(/^[-－]/u, '');
    const inner = split(text)[0] ?? part;
    const holds = bearsName(row, text) ?? (/^[(（]/u.test(text) ? isAsked(row, text.slice(1, -1)) : others.test(text) ? false : one(row, inner));
    return holds !== negated;
  });
}

/** Whether a row is asked for: enough of the language for the office to be searched. */
export function isAsked(row: EventView, question: string): boolean {
  const choices: Part[][] = [[]];
  for (const part of split(question)) {
    if (part.text.normalize('NFKC') === 'OR') choices.push([]);
    else choices.at(-1)?.push(part);
  }
  return choices.some((parts) => all(row, parts));
}

/** Refuses a question with a field that does not exist, as the server does. */
export function checkAsked(question: string): void {
  for (const part of split(question)) if (!/^[(（]/u.test(part.text)) refuse(question, part);
}
