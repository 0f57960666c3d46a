import { HttpResponse, http } from 'msw';
import type { TodayClassView, WithoutRules } from '@shell/api/schema';
import { settingsAt } from '@shell/mock/answers';
import { day, timeOf } from '@shell/mock/day';
import { now } from '@shell/time';
import { alarms } from '../../../core/alarms/console/mock';
import { found } from '../../../core/events/console/mock';

const jst = 9 * 3_600_000;

let without: WithoutRules = {
  volume: { on: true, copies: 30, deletions: 200, pages: 100, times: 3 },
  new_program: { on: false, learning_days: 7 },
  sensors: { on: true, still_after_hours: 24 },
};

function today(): { begins: number; classes: TodayClassView[] } {
  const begins = Math.floor((now() + jst) / day) * day - jst;
  const classes = new Map<string, TodayClassView>();
  const of = (name: string): TodayClassView => {
    const one = classes.get(name) ?? { class: name, alarms: 0, prohibited: 0, usual: 0, open: 0, handling: 0, handled: 0 };
    classes.set(name, one);
    return one;
  };
  const url = new URL('/api/v1/events', 'https://mock');
  url.searchParams.set('level', 'alarm,prohibited');
  for (const week of [0, 1]) {
    url.searchParams.set('since', timeOf(begins - week * 7 * day));
    url.searchParams.set('until', timeOf(now() - week * 7 * day));
    for (const row of found(url)) {
      const one = of(row.class ?? '');
      if (week > 0) one.usual = (one.usual ?? 0) + 1;
      else if (row.level === 'prohibited') one.prohibited += 1;
      else one.alarms += 1;
    }
  }
  for (const alarm of alarms) {
    const name = alarm.detail['class'];
    if (typeof name !== 'string' || (alarm.state === 'handled' && Date.parse(alarm.handled_at ?? '') < begins)) continue;
    of(name)[alarm.state] += 1;
  }
  const rank = (one: TodayClassView): number => (one.open > 0 ? 1_000_000 : 0) + one.alarms + one.prohibited;
  return { begins, classes: [...classes.values()].sort((a, b) => rank(b) - rank(a) || a.class.localeCompare(b.class)) };
}

export const handlers = [
  http.get('/api/v1/rule-book/today', () => {
    const { begins, classes } = today();
    return HttpResponse.json({ begins_at: timeOf(begins), until: timeOf(now()), classes, complete: true, q: 'level:alarm OR level:prohibited' } as never);
  }),
  ...settingsAt('/api/v1/rule-book/without-rules', () => without, (next) => {
    without = next;
  }),
];
