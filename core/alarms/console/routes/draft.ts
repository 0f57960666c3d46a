import type { AlarmRoute, AlarmRouteFormat, AlarmRouteTo, AlarmRouteView, Severity, SyslogReceiver, SyslogTransport } from '@shell/api/schema';
import { unknownPlaceholder } from './mail';
import { placeOf, type Place } from './words';

/** A route on its way: what was written for one place stays while another is looked at. */
export interface Draft {
  name: string;
  on: boolean;
  kinds: string[];
  classes: string[];
  least: Severity;
  group: string | null;
  place: Place;
  addresses: string[];
  url: string;
  receiver: SyslogReceiver;
  format: AlarmRouteFormat;
  daily: boolean;
  hour: number;
  late: boolean;
  minutes: number | null;
  subject: string;
  line: string;
}

export const ports: Record<SyslogTransport, number> = { udp: 514, tcp: 514, tls: 6514 };
export const places: readonly Place[] = ['mail', 'teams', 'slack', 'json', 'syslog'];
export const mostMinutes = 10_080;

const fresh: Draft = {
  name: '',
  on: true,
  kinds: [],
  classes: [],
  least: 'low',
  group: null,
  place: 'mail',
  addresses: [],
  url: '',
  receiver: { transport: 'tls', host: '', port: ports.tls },
  format: 'cef',
  daily: false,
  hour: 9,
  late: false,
  minutes: 30,
  subject: '',
  line: '',
};

/** What the form begins with. */
export function draftOf(route: AlarmRoute | null): Draft {
  if (!route) return fresh;
  const { to, when, open_for_min } = route;
  return {
    ...fresh,
    name: route.name,
    on: route.on,
    kinds: route.kinds ?? [],
    classes: route.classes ?? [],
    least: route.least ?? 'low',
    group: route.group ?? null,
    place: placeOf(to),
    ...(to.kind === 'mail' ? { addresses: to.addresses } : {}),
    ...(to.kind === 'syslog' ? { receiver: to.receiver, format: to.format ?? 'cef' } : {}),
    ...(when?.kind === 'daily' ? { daily: true, hour: when.hour } : {}),
    ...(typeof open_for_min === 'number' ? { late: true, minutes: open_for_min } : {}),
    subject: route.subject ?? '',
    line: route.line ?? '',
  };
}

function toOf(draft: Draft): AlarmRouteTo {
  const { place } = draft;
  if (place === 'mail') return { kind: 'mail', addresses: draft.addresses };
  if (place === 'syslog') return { kind: 'syslog', receiver: { ...draft.receiver, host: draft.receiver.host.trim() }, format: draft.format };
  const url = draft.url.trim();
  return { kind: 'chat', service: place, ...(url === '' ? {} : { url }) };
}

/** What is sent to the server. Own words are those of mails: elsewhere they would only wait to be forgotten. */
export function routeOf(draft: Draft): AlarmRoute {
  const words = (text: string): string | null => (draft.place === 'mail' && text.trim() !== '' ? text : null);
  return {
    name: draft.name.trim(),
    on: draft.on,
    kinds: draft.kinds,
    classes: draft.classes,
    least: draft.least,
    group: draft.group,
    to: toOf(draft),
    when: draft.daily ? { kind: 'daily', hour: draft.hour } : { kind: 'at_once' },
    open_for_min: draft.late ? draft.minutes : null,
    subject: words(draft.subject),
    line: words(draft.line),
  };
}

/** The route of a view, as it is sent back with one thing changed. The address of a webhook is left out, which keeps it. */
export function bodyOf(view: AlarmRouteView, changes: Partial<AlarmRoute> = {}): AlarmRoute {
  const { name, on, kinds = [], classes = [], least = 'low', group, to, when, open_for_min, subject, line } = view;
  const rest = { group: group ?? null, open_for_min: open_for_min ?? null, subject: subject ?? null, line: line ?? null };
  return { name, on, kinds, classes, least, to, when: when ?? { kind: 'at_once' }, ...rest, ...changes };
}

/** The host whose webhook address stays in use if none is given. */
export function keptHost(draft: Draft, seen: AlarmRouteView | null): string | null {
  return seen?.to.kind === 'chat' && seen.to.service === draft.place ? (seen.host ?? null) : null;
}

/** Whether there is enough to ask the server. */
export function isReady(draft: Draft, seen: AlarmRouteView | null): boolean {
  const { place, late, minutes } = draft;
  const end =
    place === 'mail'
      ? draft.addresses.length > 0
      : place === 'syslog'
        ? draft.receiver.host.trim() !== ''
        : draft.url.trim() !== '' || keptHost(draft, seen) !== null;
  const inTime = !late || (minutes !== null && minutes >= 1 && minutes <= mostMinutes);
  const words = place !== 'mail' || [draft.subject, draft.line].every((text) => unknownPlaceholder(text) === undefined);
  return draft.name.trim() !== '' && end && inTime && words;
}

/** Whether saving would change something. */
export function isChanged(draft: Draft, seen: AlarmRouteView | null): boolean {
  return draft.url.trim() !== '' || JSON.stringify(routeOf(draft)) !== JSON.stringify(routeOf(draftOf(seen)));
}
