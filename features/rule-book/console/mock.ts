import { HttpResponse, http } from 'msw';
import type { ClassView, DayView } from '@shell/api/schema';
import { day } from '@shell/mock/day';
import { now } from '@shell/time';
import { alarms } from '../../../core/alarms/console/mock';
import { found } from '../../../core/events/console/mock';
import { handlers as answers } from './mock-answers';
import { handlers as comparison } from './comparison-mock';
import { both } from './month';
import { handlers as told } from './mock-told';

const jst = 9 * 3_600_000;
const q = 'level:alarm OR level:prohibited';
const holidays: Record<string, string> = { '2026-11-03': '文化の日', '2026-11-23': '勤労感謝の日' };

function dayOf(begins: number, rule: string | null): DayView {
  const date = new Date(begins + jst).toISOString().slice(0, 10);
  const url = new URL('/api/v1/events', 'https://mock');
  const [begins_at, ends_at] = [begins, begins + day].map((at) => new Date(at).toISOString()) as [string, string];
  url.searchParams.set('level', 'alarm,prohibited');
  url.searchParams.set('since', begins_at);
  url.searchParams.set('until', ends_at);
  const classes = new Map<string, ClassView>();
  for (const row of begins > now() ? [] : found(url)) {
    if (rule !== null && row.rule !== rule) continue;
    const name = row.class ?? '';
    const one = classes.get(name) ?? { class: name, count: 0, alarms: 0, open: 0, prohibited: 0 };
    one.count += 1;
    one.open += now() - Date.parse(row.occurred_at) < day ? 1 : 0;
    one.prohibited += row.level === 'prohibited' ? 1 : 0;
    classes.set(name, one);
  }
  for (const alarm of rule === null ? alarms : []) {
    const name = alarm.detail['class'];
    if (typeof name !== 'string' || alarm.kind.startsWith('rule.') || alarm.raised_at < begins_at || alarm.raised_at >= ends_at) continue;
    const one = classes.get(name) ?? { class: name, count: 0, alarms: 0, open: 0, prohibited: 0 };
    one.alarms += 1;
    one.open += alarm.state === 'handled' ? 0 : 1;
    classes.set(name, one);
  }
  const holiday = holidays[date];
  return { date, begins_at, ends_at, classes: [...classes.values()].sort((a, b) => both(b) - both(a)), ...(holiday ? { holiday } : {}) };
}

export const handlers = [
  ...answers,
  ...comparison,
  ...told,
  http.get('/api/v1/rule-book/calendar', ({ request }) => {
    const rule = new URL(request.url).searchParams.get('rule');
    const [year = 1970, month = 1] = (new URL(request.url).searchParams.get('month') ?? '').split('-').map(Number);
    const first = Date.UTC(year, month - 1, 1) - jst;
    const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
    return HttpResponse.json({ days: Array.from({ length }, (_, at) => dayOf(first + at * day, rule)), complete: true, q: rule === null ? q : `(${q}) rule=${rule}` } as never);
  }),
];
