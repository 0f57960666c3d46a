import { HttpResponse, delay, http } from 'msw';
import type { EventView, PreviewView, RuleAnswers, RuleSightReason, RuleSightView } from '@shell/api/schema';
import { problem } from '@shell/mock/answers';
import { day, timeOf } from '@shell/mock/day';
import { now, partsIn } from '@shell/time';
import { eventsUntil } from '../../../core/events/console/mock-week';
import { fleet, groups } from '../../../core/endpoints/console/mock-fleet';
import { isWithin } from './book';
import { faultsOf, messageOf } from './faults';
import { readyFiles } from './mock-books';
import { isOn, isShown, type Rule, type When } from './rule';

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Whether a moment lies in the hours of a rule, with the office's shift from 8 to 19. */
function inHours(ms: number, hours: When['hours']): boolean {
  if (hours === undefined) return true;
  const at = partsIn('Asia/Tokyo', ms);
  const clock = `${String(at.hour).padStart(2, '0')}:${String(at.minute).padStart(2, '0')}`;
  const works = at.weekday > 0 && at.weekday < 6 && clock >= '08:00' && clock < '19:00';
  if (typeof hours === 'string') return (hours === 'business') === works;
  return hours.within.some(({ from, to }) => (from < to ? clock >= from && clock < to : clock >= from || clock < to));
}

/** Enough of the judge for the office: kinds, words in names, accounts, places by the path. */
function fits(event: EventView, when: When): boolean {
  const name = fold([event.target, event.subject].map((path) => path?.split(/[/\\]/).at(-1) ?? '').join('\n'));
  const to = event.target?.startsWith('\\\\') ? 'network' : /^[E-F]:/.test(event.target ?? '') ? 'removable' : 'fixed';
  return (
    (when.kinds ?? [event.kind]).some((kind) => event.kind === kind || event.kind.startsWith(`${kind}.`)) &&
    (when.texts ?? []).every(({ any_of, none_of = [] }) => (any_of ?? ['']).some((word) => name.includes(fold(word).replaceAll('*', ''))) && !none_of.some((word) => name.includes(fold(word)))) &&
    (when.program?.names ?? ['']).some((program) => fold(event.image ?? '').endsWith(fold(program))) &&
    (when.to ?? [to]).some((place) => place === to) &&
    inHours(Date.parse(event.occurred_at), when.hours)
  );
}

function answersOf(rule: Rule, rows: EventView[]): RuleAnswers {
  const every = rule.at_least?.count ?? 1;
  const found = rows.filter((row) => fits(row, rule.when)).filter((_, at) => (at + 1) % every === 0);
  const quiet = Math.max(1, Math.round(1 + (rule.popup?.quiet_s ?? 60) / 600));
  return {
    rule: rule.id,
    name: rule.name,
    level: rule.level,
    times: found.length,
    people: new Set(found.map((row) => row.user)).size,
    endpoints: new Set(found.map((row) => row.endpoint)).size,
    warned: rule.level !== 'log' && isShown(rule) ? Math.ceil(found.length / quiet) : 0,
    examples: found.slice(-10).map((row) => row.id),
  };
}

/** Sensors by the system of an endpoint: what is not here, no sensor of it sees. */
const sees: Record<string, string[]> = { linux: ['process', 'file', 'session'], windows: ['process', 'file', 'session', 'window', 'print', 'web', 'mail', 'device'], macos: ['process', 'session'] };
const sensorOf = (family: string): string => ({ folder: 'file', drive: 'file', medium: 'file', power: 'session' })[family] ?? family;

/** Whether a rule can be asked before a program starts, as the engine says it. */
function isKnownBefore({ when, at_least, except = [] }: Rule): boolean {
  const { names = [], paths = [], sha256 = [] } = when.program ?? {};
  const conditions = [when, ...except.map((one) => one.when)];
  const late = ({ texts = [], first_seen }: When): boolean => first_seen !== undefined || texts.some((one) => one.in === 'command' || one.in === 'any');
  const starts = (when.kinds ?? []).some((kind) => kind === 'process' || kind === 'process.start');
  return starts && names.length + paths.length + sha256.length > 0 && at_least === undefined && !conditions.some(late);
}

function sightOf(rule: Rule, path: string): RuleSightView {
  const view: RuleSightView = { endpoints: 0, enforced: 0, alarm_only: 0, blind: 0, reasons: [] };
  const sensors = [...new Set((rule.when.kinds ?? []).map((kind) => sensorOf(kind.split('.')[0] ?? kind)))];
  const note = (reason: RuleSightReason['reason'], sensor: string): void => {
    const one = view.reasons.find((other) => other.reason === reason && other.sensor === sensor);
    if (one) one.endpoints += 1;
    else view.reasons.push({ reason, sensor, endpoints: 1 });
  };
  for (const endpoint of fleet.filter((one) => one.state !== 'retired' && isWithin(one.group.path, path))) {
    const able = sees[endpoint.os] ?? [];
    const gate = endpoint.os === 'linux' && sensors.includes('process');
    const seen = sensors.length === 0 || sensors.some((sensor) => able.includes(sensor));
    view.endpoints += 1;
    if (!seen) view.blind += 1;
    else if (rule.level === 'prohibit' && !(gate && isKnownBefore(rule))) view.alarm_only += 1;
    else view.enforced += 1;
    for (const sensor of sensors) {
      if (!able.includes(sensor)) note('unsupported', sensor);
      else if (rule.level !== 'prohibit') continue;
      else if (!gate || sensor !== 'process') note('cannot_stop', sensor);
      else if (!isKnownBefore(rule)) note('not_known_before', sensor);
    }
  }
  return view;
}

/** What the policy `rule_book` refuses, as the server words it. */
export function bookFaults(value: Record<string, unknown>): { pointer: string; code: string; message?: string }[] {
  const rules = (value['rules'] ?? []) as Rule[];
  return rules.flatMap((rule, at) =>
    faultsOf(rule, rules.slice(0, at).map((one) => one.id)).map((fault) => ({ pointer: `/value/rules/${String(at)}${fault.pointer}`, code: 'refused', message: messageOf(fault.code) })),
  );
}

export const handlers = [
  http.get('/api/v1/rule-book/ready', () =>
    HttpResponse.json({
      items: readyFiles.map(({ name, about, popup, rule }) => {
        const of = (language: 'ja' | 'en'): object => ({ ...rule, on: false, name: name[language], popup: { ...rule.popup, text: popup[language] } });
        return { id: rule.id, name, about, popup, ja: of('ja'), en: of('en') };
      }),
    } as never),
  ),
  http.post('/api/v1/rule-book/sight', async ({ request }) => {
    const { rule, group } = (await request.json()) as { rule: Rule; group?: string };
    return HttpResponse.json(sightOf(rule, groups.find((one) => one.id === group)?.path ?? '/') as never);
  }),
  http.post('/api/v1/rule-book/preview', async ({ request }) => {
    const { value } = (await request.json()) as { value: { rules: Rule[] } };
    const wrong = bookFaults(value)[0];
    if (wrong) return problem(422, 'invalid', 'この規則は試せません。', [wrong]);
    await delay(1200);
    const since = now() - 7 * day;
    const rows = eventsUntil(now()).filter((row) => Date.parse(row.occurred_at) >= since).reverse();
    const rules = value.rules.filter(isOn);
    const view: PreviewView = {
      since: timeOf(since),
      until: timeOf(now()),
      complete: true,
      judged: rows.length,
      rules: rules.map((rule) => answersOf(rule, rows)),
      cannot_say: rules.filter((rule) => rule.when.first_seen !== undefined).map((rule) => rule.id),
    };
    return HttpResponse.json(view as never);
  }),
];
