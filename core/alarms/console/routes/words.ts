import type { AlarmRoute, AlarmRouteTo, AlarmRouteView, Severity } from '@shell/api/schema';
import type { Language, Say } from '@shell/i18n';
import { marksOf } from '@shell/i18n/marks';
import { duration } from '@shell/time/format';

/** What sentences about routes are made of. */
export interface Speech {
  language: Language;
  t: Say<'alarms'>;
  /** What a kind of alarm is called. */
  kind: (word: string) => string;
  /** What a class of rules is called. */
  ruleClass: (word: string) => string;
}

type Wanted = Pick<AlarmRoute, 'kinds' | 'classes' | 'least' | 'group'>;
type Timed = Pick<AlarmRoute, 'when' | 'open_for_min'>;

/** Of more, the first ones are named and the rest is counted. */
const named = 3;

function names(words: string[], { language, t }: Speech): string {
  const marks = marksOf(language);
  const list = marks.list(words.slice(0, named).map((word) => marks.quoted(word).trim()));
  return words.length > named ? t('routes.which.more', { list, rest: words.length - named }) : list;
}

function grade(least: Severity, { t }: Speech): string {
  if (least === 'low') return '';
  return t(least === 'critical' ? 'routes.which.critical' : 'routes.which.grade', { grade: t(`severity.${least}`) });
}

/** Which alarms a route sends: `group` is the group's name as people read it, or null where it is gone. */
export function whichWords({ kinds = [], classes = [], least = 'low', group }: Wanted, groupName: string | null, speech: Speech): string {
  const { t } = speech;
  const said = {
    kinds: names(kinds.map(speech.kind), speech),
    classes: names(classes.map(speech.ruleClass), speech),
    count: kinds.length,
  };
  const both = kinds.length > 0 && classes.length > 0;
  const what = both
    ? t('routes.which.both', said)
    : kinds.length > 0
      ? t('routes.which.kinds', said)
      : classes.length > 0
        ? t('routes.which.classes', said)
        : t('routes.which.all');
  const where = group ? t('routes.which.where', { group: groupName ?? t('routes.which.lost_group') }) : '';
  return t('routes.which.whole', { where, grade: grade(least, speech), what });
}

/** Minutes in the largest unit that says exactly so many: 90分, 2時間, 3日. */
function minutes(count: number, { language, t }: Speech): string {
  return count % 60 === 0 && (count % 1440 === 0 || count < 1440) ? duration(count * 60, language) : t('routes.when.minutes', { count });
}

type Pace = 'at_once' | 'daily' | 'late' | 'late_daily';

function pace({ when, open_for_min }: Timed, speech: Speech): { pace: Pace; values: { hour: number; for: string } } {
  const hour = when?.kind === 'daily' ? when.hour : 0;
  const daily = when?.kind === 'daily';
  const late = typeof open_for_min === 'number';
  return {
    pace: late ? (daily ? 'late_daily' : 'late') : daily ? 'daily' : 'at_once',
    values: { hour, for: late ? minutes(open_for_min, speech) : '' },
  };
}

/** When a route sends. */
export function whenWords(route: Timed, speech: Speech): string {
  const { pace: word, values } = pace(route, speech);
  return speech.t(`routes.when.${word}`, values);
}

export type Place = 'mail' | 'teams' | 'slack' | 'json' | 'syslog';

export function placeOf(to: AlarmRouteTo): Place {
  return to.kind === 'chat' ? to.service : to.kind;
}

/** The other end as it is told from others of its kind: addresses, or a host. */
export function endWords(to: AlarmRouteTo, host: string | null | undefined, { t, language }: Speech): string {
  if (to.kind === 'syslog') return to.receiver.host === '' ? '' : `${to.receiver.host}:${String(to.receiver.port)}`;
  if (to.kind === 'chat') return host ?? '';
  const list = marksOf(language).list(to.addresses.slice(0, named));
  return to.addresses.length > named ? t('routes.to.more', { list, rest: to.addresses.length - named }) : list;
}

/** Everything that a route does, in a sentence. */
export function sentence(route: AlarmRoute, host: AlarmRouteView['host'], groupName: string | null, speech: Speech): string {
  const { t, language } = speech;
  const end = endWords(route.to, host, speech);
  const place = t(`routes.to.${placeOf(route.to)}`);
  const to = route.to.kind === 'mail' ? end || t('routes.to.nowhere') : end ? marksOf(language).noted(place, end) : place;
  const { pace: word, values } = pace(route, speech);
  const whole = t(`routes.sentence.${word}`, { ...values, to, which: whichWords(route, groupName, speech) });
  return route.on ? whole : `${whole}${language === 'ja' ? '' : ' '}${t('routes.sentence.off')}`;
}
