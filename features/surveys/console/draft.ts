import type { Survey, SurveyChange, SurveyQuestion, SurveyQuestionKind } from '@shell/api/schema';

export const types = ['one', 'several', 'number', 'short', 'long', 'date'] as const;
export type QuestionType = (typeof types)[number];

/** A question while it is written: every field as it was typed, also those of the types that it was before. */
export interface DraftQuestion {
  id: string;
  text: string;
  required: boolean;
  type: QuestionType;
  /** One choice in each line. */
  choices: string;
  least: string;
  most: string;
  whole: boolean;
  from: string;
  to: string;
}

export interface Named {
  id: string;
  /** Null where it is gone. */
  name: string | null;
}

export interface Draft {
  title: string;
  lead: string;
  questions: DraftQuestion[];
  anonymous: boolean;
  days: string;
  remind: string;
  keep: string;
  groups: Named[];
  people: Named[];
}

/** A new question, under the first id that is free. */
export function newQuestion(others: readonly DraftQuestion[]): DraftQuestion {
  let n = others.length + 1;
  while (others.some((other) => other.id === `q${String(n)}`)) n += 1;
  return { id: `q${String(n)}`, text: '', required: true, type: 'one', choices: '', least: '', most: '', whole: true, from: '', to: '' };
}

function questionOf({ id, text, required, kind }: SurveyQuestion): DraftQuestion {
  const bound = (value: number | null | undefined): string => (typeof value === 'number' ? String(value) : '');
  return {
    ...newQuestion([]),
    id,
    text,
    required,
    type: kind.type,
    choices: 'choices' in kind ? kind.choices.join('\n') : '',
    least: kind.type === 'number' ? bound(kind.least) : '',
    most: kind.type === 'number' ? bound(kind.most) : '',
    whole: kind.type === 'number' ? kind.whole : true,
    from: kind.type === 'date' ? (kind.from ?? '') : '',
    to: kind.type === 'date' ? (kind.to ?? '') : '',
  };
}

export function draftOf(survey: Survey | null): Draft {
  if (survey === null) {
    return { title: '', lead: '', questions: [newQuestion([])], anonymous: false, days: '14', remind: '3', keep: '90', groups: [], people: [] };
  }
  return {
    title: survey.title,
    lead: survey.lead,
    questions: survey.questions.map(questionOf),
    anonymous: survey.anonymous,
    days: String(survey.days),
    remind: String(survey.remind_days),
    keep: String(survey.keep_days),
    groups: survey.groups.map(({ id, path }) => ({ id, name: path ?? null })),
    people: survey.people.map(({ id, name }) => ({ id, name: name ?? null })),
  };
}

/** A number as it is typed on any keyboard; null where it is none. */
export function number(text: string): number | null {
  const plain = text.normalize('NFKC').trim();
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

export const choicesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

function kindOf(question: DraftQuestion): SurveyQuestionKind {
  switch (question.type) {
    case 'one':
    case 'several':
      return { type: question.type, choices: choicesOf(question.choices) };
    case 'number':
      return { type: 'number', least: number(question.least), most: number(question.most), whole: question.whole };
    case 'date':
      return { type: 'date', from: question.from || null, to: question.to || null };
    default:
      return { type: question.type };
  }
}

export function questionsOf(draft: Draft): SurveyQuestion[] {
  return draft.questions.map((question) => ({ id: question.id, text: question.text.trim(), required: question.required, kind: kindOf(question) }));
}

/** What is saved. Days that are no number are refused by the server at their field, as any others that do not fit. */
export function changeOf(draft: Draft): SurveyChange {
  const days = (text: string): number => Math.trunc(number(text) ?? -1);
  return {
    title: draft.title.trim(),
    lead: draft.lead,
    questions: questionsOf(draft),
    anonymous: draft.anonymous,
    days: days(draft.days),
    remind_days: days(draft.remind),
    keep_days: days(draft.keep),
    groups: draft.groups.map(({ id }) => id),
    people: draft.people.map(({ id }) => id),
  };
}

export function isChanged(draft: Draft, seen: Survey | null): boolean {
  return JSON.stringify(changeOf(draft)) !== JSON.stringify(changeOf(draftOf(seen)));
}

/** The same list with one question one place further up or down; the list itself where there is no such place. */
export function moved(questions: readonly DraftQuestion[], at: number, by: -1 | 1): DraftQuestion[] {
  const next = [...questions];
  const [one, other] = [next[at], next[at + by]];
  if (!one || !other) return next;
  next[at] = other;
  next[at + by] = one;
  return next;
}

/** The field of the form that a pointer of the server means: what stands in one field there is one field here. */
export function fieldOf(pointer: string): string {
  const [first, n, part, name] = pointer.slice(1).split('/');
  if (first !== 'questions' || n === undefined) return first === 'people' || first === 'groups' ? 'groups' : (first ?? '');
  return `questions/${n}/${part === 'kind' ? (name ?? '') : (part ?? '')}`;
}
