import type { AlarmRoute, AlarmRouteView } from '@shell/api/schema';
import { describe, expect, it } from 'vitest';
import { bodyOf, draftOf, isChanged, isReady, routeOf } from './draft';

const rest = { kinds: [], classes: [], least: 'low', group: null, when: { kind: 'at_once' }, open_for_min: null, subject: null, line: null } as const;
const mail: AlarmRoute = { ...rest, kinds: [], classes: [], name: 'a', on: true, to: { kind: 'mail', addresses: ['it@x.example'] } };
const chat: AlarmRoute = { ...mail, to: { kind: 'chat', service: 'slack' } };

const view = (route: AlarmRoute, host: string | null = null): AlarmRouteView => ({ ...route, id: 'r', etag: '"1"', waiting: 0, host });

describe('what the form begins with is what it sends', () => {
  const routes: AlarmRoute[] = [
    mail,
    chat,
    { ...mail, on: false, kinds: ['storage.low'], classes: ['own class'], least: 'high', group: 'g', subject: '%HOST%', line: '%FILE%' },
    { ...mail, when: { kind: 'daily', hour: 0 }, open_for_min: 60 },
    { ...mail, to: { kind: 'syslog', receiver: { transport: 'udp', host: 'siem', port: 1514 }, format: 'text' } },
  ];
  it.each(routes)('%j', (route) => {
    expect(routeOf(draftOf(route))).toEqual(route);
    expect(bodyOf(view(route))).toEqual(route);
    expect(isChanged(draftOf(route), view(route))).toBe(false);
  });

  it('also where the server left out what says nothing', () => {
    const bare: AlarmRoute = { name: 'a', on: true, to: { kind: 'mail', addresses: ['it@x.example'] } };
    expect(routeOf(draftOf(bare))).toEqual(mail);
    expect(bodyOf(view(bare), { on: false })).toEqual({ ...mail, on: false });
  });
});

it('the address of a webhook is sent only where one was given', () => {
  const draft = draftOf(chat);
  expect(routeOf({ ...draft, url: '  ' }).to).toEqual({ kind: 'chat', service: 'slack' });
  expect(routeOf({ ...draft, url: ' https://h.example/x ' }).to).toEqual({ kind: 'chat', service: 'slack', url: 'https://h.example/x' });
  expect(isChanged({ ...draft, url: 'https://h.example/x' }, view(chat, 'h.example'))).toBe(true);
});

it('own words are those of mails', () => {
  const draft = { ...draftOf(mail), subject: 'x', line: ' ' };
  expect([routeOf(draft).subject, routeOf(draft).line]).toEqual(['x', null]);
  expect(routeOf({ ...draft, place: 'json' }).subject).toBeNull();
});

it('the server is asked once there is a name, another end and a time', () => {
  const check = (changes: Partial<ReturnType<typeof draftOf>>, seen: AlarmRouteView | null, expected: boolean): void => {
    expect(isReady({ ...draftOf(mail), ...changes }, seen), JSON.stringify(changes)).toBe(expected);
  };
  check({}, null, true);
  check({ name: ' ' }, null, false);
  check({ addresses: [] }, null, false);
  check({ place: 'slack' }, null, false);
  check({ place: 'slack', url: 'https://h.example' }, null, true);
  check({ place: 'slack' }, view(chat, 'h.example'), true);
  check({ place: 'teams' }, view(chat, 'h.example'), false);
  check({ place: 'syslog' }, null, false);
  check({ late: true, minutes: null }, null, false);
  check({ late: true, minutes: 10_080 }, null, true);
  check({ late: true, minutes: 10_081 }, null, false);
  check({ subject: '%WHO%' }, null, false);
  check({ place: 'json', url: 'https://h.example', subject: '%WHO%' }, null, true);
});
