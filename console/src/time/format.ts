import type { Language } from '../i18n/words';

/** What a time is written for: the organisation's zone and the reader's language. */
export interface Place {
  zone: string;
  language: Language;
}

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: number;
}

const weekdayNumber: Record<string, number> = { Sun: 0, Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6 };
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      weekday: 'short',
    });
    formats.set(zone, format);
  }
  return format;
}

/** The wall clock of `zone` at `ms`. */
export function partsIn(zone: string, ms: number): Parts {
  const found: Record<string, string> = {};
  for (const part of formatFor(zone).formatToParts(ms)) found[part.type] = part.value;
  const number = (name: string): number => Number(found[name]);
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
    weekday: weekdayNumber[found['weekday'] ?? ''] ?? 0,
  };
}

const two = (value: number): string => String(value).padStart(2, '0');
const monthsEn = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const weekdays: Record<Language, string[]> = {
  ja: ['日', '月', '火', '水', '木', '金', '土'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
};

/** 11/17 or 17 Nov. */
export function shortDay(ms: number, { zone, language }: Place): string {
  const at = partsIn(zone, ms);
  return language === 'ja' ? `${String(at.month)}/${two(at.day)}` : `${String(at.day)} ${monthsEn[at.month - 1] ?? ''}`;
}

/** 11月17日 or 17 Nov, with the year where it is not this one. */
export function longDay(ms: number, nowMs: number, { zone, language }: Place): string {
  const at = partsIn(zone, ms);
  const thisYear = partsIn(zone, nowMs).year === at.year;
  if (language === 'ja') {
    return `${thisYear ? '' : `${String(at.year)}年`}${String(at.month)}月${String(at.day)}日`;
  }
  return `${String(at.day)} ${monthsEn[at.month - 1] ?? ''}${thisYear ? '' : ` ${String(at.year)}`}`;
}

/** 08:31:07, or 08:31 without seconds. */
export function clockTime(ms: number, { zone }: Place, seconds = true): string {
  const at = partsIn(zone, ms);
  return `${two(at.hour)}:${two(at.minute)}${seconds ? `:${two(at.second)}` : ''}`;
}

/** The whole time with weekday, for hovers and details: 2026年11月17日（火）08:31:07. */
export function exact(ms: number, place: Place): string {
  const at = partsIn(place.zone, ms);
  const weekday = weekdays[place.language][at.weekday] ?? '';
  const time = clockTime(ms, place);
  return place.language === 'ja'
    ? `${String(at.year)}年${String(at.month)}月${String(at.day)}日（${weekday}）${time}`
    : `${weekday} ${String(at.day)} ${monthsEn[at.month - 1] ?? ''} ${String(at.year)} ${time}`;
}

/** Days since the epoch in the zone's calendar: two times are on the same day where this is equal. */
export function dayNumber(ms: number, zone: string): number {
  const at = partsIn(zone, ms);
  return Date.UTC(at.year, at.month - 1, at.day) / 86_400_000;
}

/** The first moment of the day on which `ms` falls, in milliseconds. */
export function startOfDay(ms: number, zone: string): number {
  const at = partsIn(zone, ms);
  const guess = ms - ((at.hour * 60 + at.minute) * 60 + at.second) * 1000 - (ms % 1000);
  const again = partsIn(zone, guess);
  // A day with a clock change is an hour shorter or longer than the hands say.
  return again.hour === 0 ? guess : guess + (again.day === at.day ? -again.hour : 24 - again.hour) * 3_600_000;
}

function ago(amount: number, unit: 'second' | 'minute' | 'hour' | 'day', future: boolean, language: Language): string {
  if (language === 'ja') {
    const units = { second: '秒', minute: '分', hour: '時間', day: '日' };
    return `${String(amount)}${units[unit]}${future ? '後' : '前'}`;
  }
  const units = { second: 's', minute: ' min', hour: ' h', day: amount === 1 ? ' day' : ' days' };
  return future ? `in ${String(amount)}${units[unit]}` : `${String(amount)}${units[unit]} ago`;
}

/** How long ago, or in how long: 12秒前, 44分前, 昨日 18:42, 5日前, 3月2日. */
export function relative(ms: number, nowMs: number, place: Place): string {
  const future = ms > nowMs;
  const distance = Math.abs(nowMs - ms) / 1000;
  if (distance < 5) return place.language === 'ja' ? 'いま' : 'now';
  if (distance < 60) return ago(Math.floor(distance), 'second', future, place.language);
  if (distance < 3600) return ago(Math.floor(distance / 60), 'minute', future, place.language);
  const days = dayNumber(ms, place.zone) - dayNumber(nowMs, place.zone);
  if (days === 0 || distance < 6 * 3600) return ago(Math.floor(distance / 3600), 'hour', future, place.language);
  if (days === -1) return `${place.language === 'ja' ? '昨日' : 'yesterday'} ${clockTime(ms, place, false)}`;
  if (days === 1) return `${place.language === 'ja' ? '明日' : 'tomorrow'} ${clockTime(ms, place, false)}`;
  if (Math.abs(days) <= 30) return ago(Math.abs(days), 'day', future, place.language);
  return longDay(ms, nowMs, place);
}

/** A length of time in the largest unit that stays readable: 90秒, 15分, 8時間, 30日. */
export function duration(seconds: number, language: Language): string {
  const steps: [number, string, string][] = [
    [86_400, '日', ' days'],
    [3600, '時間', ' h'],
    [60, '分', ' min'],
    [1, '秒', ' s'],
  ];
  for (const [size, ja, en] of steps) {
    if (seconds >= size && (seconds % size === 0 || seconds >= size * 3)) {
      const amount = Math.round(seconds / size);
      if (language === 'ja') return `${String(amount)}${ja}`;
      return `${String(amount)}${size === 86_400 && amount === 1 ? ' day' : en}`;
    }
  }
  return language === 'ja' ? `${String(seconds)}秒` : `${String(seconds)} s`;
}

const kanjiDigits = '〇一二三四五六七八九';

/** 17 becomes 十七: dates in titles are written as words. Whole numbers from 0 to 99. */
export function kanjiNumber(value: number): string {
  const tens = Math.floor(value / 10);
  const ones = value % 10;
  if (tens === 0) return kanjiDigits[ones] ?? '';
  return `${tens === 1 ? '' : (kanjiDigits[tens] ?? '')}十${ones === 0 ? '' : (kanjiDigits[ones] ?? '')}`;
}

/** The title of a day: 十一月十七日 and 火曜日, or 17 November and Tuesday. */
export function dayTitle(ms: number, { zone, language }: Place): { day: string; weekday: string } {
  const at = partsIn(zone, ms);
  if (language === 'ja') {
    return {
      day: `${kanjiNumber(at.month)}月${kanjiNumber(at.day)}日`,
      weekday: `${weekdays.ja[at.weekday] ?? ''}曜日`,
    };
  }
  return {
    day: new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'long' }).format(ms),
    weekday: new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'long' }).format(ms),
  };
}
