import type { SurveyAnswer, SurveyQuestion } from '@shell/api/schema';

/** What stands in the fields: the places of choices as texts, or what was typed. */
export type Values = Record<string, string | string[]>;

export type FaultCode = 'required' | 'out_of_range' | 'not_whole' | 'bad_number' | 'bad_date' | 'too_long' | 'bad_text' | 'other';

export type Answers = Record<string, SurveyAnswer>;

export const longestShort = 200;
export const longestLong = 4000;

/** The fields of an answer that was sent before. */
export function valuesOf(questions: readonly SurveyQuestion[], answers: Answers | null | undefined): Values {
  const values: Values = {};
  for (const { id } of questions) {
    const answer = answers?.[id];
    if (answer !== undefined) values[id] = Array.isArray(answer) ? answer.map(String) : String(answer);
  }
  return values;
}

const length = (text: string): number => [...text].length;

interface Found {
  answer?: SurveyAnswer;
  code?: FaultCode;
}

function text(value: string, most: number, several: boolean): Found {
  const trimmed = value.trim();
  if (trimmed === '') return {};
  if (length(trimmed) > most) return { code: 'too_long' };
  return !several && /[\r\n]/.test(trimmed) ? { code: 'bad_text' } : { answer: trimmed };
}

/** The answer of one field, or why it is none; nothing where it is empty. */
function one({ kind }: SurveyQuestion, value: string | string[] | undefined): Found {
  if (kind.type === 'several') {
    const places = (Array.isArray(value) ? value : []).map(Number).sort((a, b) => a - b);
    return places.length > 0 ? { answer: places } : {};
  }
  const typed = typeof value === 'string' ? value : '';
  if (kind.type === 'one') return typed === '' ? {} : { answer: Number(typed) };
  if (kind.type === 'short') return text(typed, longestShort, false);
  if (kind.type === 'long') return text(typed, longestLong, true);
  // Full-width figures are what a Japanese keyboard gives.
  const plain = typed.normalize('NFKC').trim();
  if (plain === '') return {};
  if (kind.type === 'date') {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(plain)) return { code: 'bad_date' };
    // Dates of this form compare as texts.
    return (kind.from && plain < kind.from) || (kind.to && plain > kind.to) ? { code: 'out_of_range' } : { answer: plain };
  }
  if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain)) return { code: 'bad_number' };
  const number = Number(plain);
  if (kind.whole && !Number.isInteger(number)) return { code: 'not_whole' };
  const low = typeof kind.least === 'number' && number < kind.least;
  const high = typeof kind.most === 'number' && number > kind.most;
  return low || high || Math.abs(number) > Number.MAX_SAFE_INTEGER ? { code: 'out_of_range' } : { answer: number };
}

/** What the fields mean, and what is wrong with which of them. The server looks at it all again. */
export function read(questions: readonly SurveyQuestion[], values: Values): { answers: Answers; faults: Record<string, FaultCode> } {
  const answers: Answers = {};
  const faults: Record<string, FaultCode> = {};
  for (const question of questions) {
    const { answer, code } = one(question, values[question.id]);
    if (code !== undefined) faults[question.id] = code;
    else if (answer !== undefined) answers[question.id] = answer;
    else if (question.required) faults[question.id] = 'required';
  }
  return { answers, faults };
}

const known: readonly string[] = ['required', 'out_of_range', 'not_whole', 'bad_number', 'bad_date', 'too_long', 'bad_text'];

/** The same from the server's refusal. */
export function faultsOf(errors: readonly { pointer: string; code: string }[]): Record<string, FaultCode> {
  const found = errors.filter(({ pointer }) => pointer.startsWith('/answers/'));
  return Object.fromEntries(
    found.map(({ pointer, code }) => [pointer.slice('/answers/'.length), known.includes(code) ? (code as FaultCode) : 'other']),
  );
}

const place = (survey: string): string => `yagura-survey-${survey}`;

/** What was begun in this browser; only fields that the survey has, in a form that they can hold. */
export function begun(survey: string, questions: readonly SurveyQuestion[], storage: Pick<Storage, 'getItem'>): Values | null {
  let kept: unknown;
  try {
    kept = JSON.parse(storage.getItem(place(survey)) ?? 'null');
  } catch {
    return null;
  }
  if (typeof kept !== 'object' || kept === null) return null;
  const values: Values = {};
  for (const { id, kind } of questions) {
    const value = (kept as Record<string, unknown>)[id];
    if (kind.type === 'several' ? Array.isArray(value) && value.every((one) => typeof one === 'string') : typeof value === 'string') {
      values[id] = value as string | string[];
    }
  }
  return values;
}

/** Keeps what was begun, or forgets it where nothing is given. Without storage it lasts until the page is closed. */
export function keep(survey: string, values: Values | null): void {
  try {
    if (values === null) localStorage.removeItem(place(survey));
    else localStorage.setItem(place(survey), JSON.stringify(values));
  } catch {
    // Nothing is lost that was promised.
  }
}
