import { HttpResponse, http } from 'msw';
import type { EndpointDetail, Group, MachineDay } from '@shell/api/schema';
import { day, minute, timeOf } from '@shell/mock/day';
import { staff } from '@shell/mock/office';
import { chance, idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { fleet, groups } from '../../../core/endpoints/console/mock-fleet';

const jst = 9 * 3_600_000;

const isIn = (machine: EndpointDetail, group: Group): boolean => group.path === '/' || `${machine.group.path}/`.startsWith(`${group.path}/`);

/** A day at the office: on from half past eight, locked at noon, off in the evening. Some lose their power, some run on. */
function dayOf(machine: EndpointDetail, date: string): MachineDay | undefined {
  const begin = Date.parse(`${date}T00:00:00Z`) - jst;
  const number = begin / day;
  const at = fleet.indexOf(machine);
  const dice = chance(at * 1009 + Math.floor(number));
  const weekday = new Date(begin + jst).getUTCDay();
  if (weekday === 0 || (weekday === 6 && dice.often(0.85)) || dice.often(0.06) || begin > now()) return undefined;
  const event = (nth: number): string => idOf(8, 200 + ((at * 31 + nth * 7 + Math.floor(number)) % 400));
  const start = begin + 8 * 60 * minute + dice.whole(5, 55) * minute;
  const lunch = begin + 12 * 60 * minute + dice.whole(0, 12) * minute;
  const back = lunch + dice.whole(35, 62) * minute;
  const evening = begin + 17 * 60 * minute + dice.whole(0, 190) * minute;
  const goesOn = now() < evening;
  const cut = !goesOn && dice.often(0.04);
  const end = goesOn ? now() : evening;
  const span = (from: number, to: number): { from: string; to: string }[] => (from < Math.min(to, end) ? [{ from: timeOf(from), to: timeOf(Math.min(to, end)) }] : []);
  const present = [...span(start + 2 * minute, lunch), ...span(back, end)];
  const length = (spans: { from: string; to: string }[]): number => spans.reduce((all, { from, to }) => all + Date.parse(to) - Date.parse(from), 0);
  const on = span(start, end);
  const person = staff[at];
  return {
    date,
    endpoint: machine.id,
    hostname: machine.hostname,
    first_start: { at: timeOf(start), how: dice.often(0.2) ? 'wake' : 'boot', event: event(1) },
    last_stop: goesOn ? null : { at: timeOf(end), how: cut ? 'not_told' : 'shutdown', event: cut ? null : event(2) },
    ran_in: false,
    runs_on: goesOn,
    on_ms: length(on),
    on,
    told: !cut,
    people: person
      ? [
          {
            person: person.id,
            name: person.name,
            user: person.login,
            first_logon: { at: timeOf(start + 2 * minute), event: event(3) },
            last_logoff: goesOn || cut ? null : { at: timeOf(end - minute), event: event(4) },
            present_ms: length(present),
            present,
          },
        ]
      : [],
  };
}

export const handlers = [
  http.get('/api/v1/operation-log/days', ({ request }) => {
    const params = new URL(request.url).searchParams;
    const [from, to] = [params.get('from') ?? '', params.get('to') ?? ''];
    const dates: string[] = [];
    for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += day) dates.push(new Date(at).toISOString().slice(0, 10));
    const [endpoint, group] = [params.get('endpoint'), groups.find((one) => one.id === params.get('group'))];
    const machines = fleet
      .filter((machine) => machine.state !== 'pending' && machine.state !== 'retired')
      .filter((machine) => (endpoint === null || endpoint === machine.id || endpoint === machine.hostname) && (group === undefined || isIn(machine, group)))
      .sort((a, b) => a.hostname.localeCompare(b.hostname));
    const first = Number(params.get('cursor') ?? '0');
    const page = machines.slice(first, first + 50);
    const items = page.flatMap((machine) => dates.map((date) => dayOf(machine, date))).filter((one) => one !== undefined);
    return HttpResponse.json({ items, next_cursor: first + 50 < machines.length ? String(first + 50) : null, complete: true });
  }),
];
