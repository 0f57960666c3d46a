import { describe, expect, it } from 'vitest';
import type { Survey } from '@shell/api/schema';
import { changeOf, draftOf, fieldOf, isChanged, moved, newQuestion, type Draft } from './draft';

const seen: Survey = {
  id: '1',
  title: '在宅勤務',
  lead: '',
  questions: [
    { id: 'q1', text: '日数', required: true, kind: { type: 'one', choices: ['0', '1'] } },
    { id: 'q3', text: '満足度', required: false, kind: { type: 'number', least: 1, most: null, whole: true } },
    { id: 'q4', text: '受取日', required: false, kind: { type: 'date', from: '2026-12-01', to: null } },
  ],
  anonymous: false,
  days: 7,
  remind_days: 2,
  keep_days: 30,
  groups: [{ id: 'g', path: '/本社' }],
  people: [{ id: 'p', name: null }],
  state: 'draft',
  reminders: 0,
  asked: 0,
  answered: 0,
  created_by: '',
  created_at: '',
  changed_at: '',
  etag: '"1"',
};

describe('a draft', () => {
  it('is what was saved until somebody changes it', () => {
    expect(isChanged(draftOf(seen), seen)).toBe(false);
    expect(isChanged({ ...draftOf(seen), title: '在宅' }, seen)).toBe(true);
    expect(changeOf(draftOf(seen)).questions).toEqual(seen.questions);
  });
  it('takes one choice from each line and numbers in any width', () => {
    const draft = draftOf(seen);
    const [first, second] = draft.questions;
    if (!first || !second) throw new Error('there are three');
    const changed: Draft = { ...draft, days: '１４', questions: [{ ...first, choices: ' はい \n\nいいえ' }, { ...second, most: '１０' }] };
    const change = changeOf(changed);
    expect(change.days).toBe(14);
    expect(change.questions.map(({ kind }) => kind)).toEqual([
      { type: 'one', choices: ['はい', 'いいえ'] },
      { type: 'number', least: 1, most: 10, whole: true },
    ]);
  });
  it('sends days that are no number as days that nobody takes', () => {
    expect(changeOf({ ...draftOf(null), keep: 'long' }).keep_days).toBe(-1);
  });
});

it('a new question has an id that no other has', () => {
  expect(newQuestion(draftOf(seen).questions).id).toBe('q5');
  expect(newQuestion([]).id).toBe('q1');
});

it('questions change places, but not beyond the ends', () => {
  const ids = (list: { id: string }[]): string[] => list.map(({ id }) => id);
  const { questions } = draftOf(seen);
  expect(ids(moved(questions, 0, 1))).toEqual(['q3', 'q1', 'q4']);
  expect(ids(moved(questions, 0, -1))).toEqual(['q1', 'q3', 'q4']);
  expect(ids(moved(questions, 2, 1))).toEqual(['q1', 'q3', 'q4']);
});

it.each([
  ['/title', 'title'],
  ['/questions', 'questions'],
  ['/questions/0/text', 'questions/0/text'],
  ['/questions/2/kind/choices/1', 'questions/2/choices'],
  ['/questions/2/kind/least', 'questions/2/least'],
  ['/people/0', 'groups'],
])('a fault at %s stands at %s', (pointer, field) => {
  expect(fieldOf(pointer)).toBe(field);
});
