import { describe, expect, it } from 'vitest';
import type { SurveyQuestion, SurveyQuestionKind } from '@shell/api/schema';
import { begun, faultsOf, read, valuesOf } from './answers';

const question = (kind: SurveyQuestionKind, required = false): SurveyQuestion => ({ id: 'q', text: '?', required, kind });
const choices = ['一', '二', '三'];

function check(kind: SurveyQuestionKind, value: string | string[], expected: { answer?: unknown; fault?: string }): void {
  const { answers, faults } = read([question(kind)], { q: value });
  expect({ answer: answers['q'], fault: faults['q'] }).toEqual({ answer: expected.answer, fault: expected.fault });
}

describe('what stands in the fields becomes an answer', () => {
  it('choices by their places', () => {
    check({ type: 'one', choices }, '2', { answer: 2 });
    check({ type: 'several', choices }, ['2', '0'], { answer: [0, 2] });
    check({ type: 'several', choices }, [], {});
  });
  it('numbers in any width, within their bounds', () => {
    const kind: SurveyQuestionKind = { type: 'number', least: 1, most: 10, whole: true };
    check(kind, '７', { answer: 7 });
    check(kind, ' 10 ', { answer: 10 });
    check(kind, '11', { fault: 'out_of_range' });
    check(kind, '1.5', { fault: 'not_whole' });
    check(kind, '1e3', { fault: 'bad_number' });
    check({ type: 'number', whole: false }, '-0.5', { answer: -0.5 });
  });
  it('texts without spaces around them, counted in characters', () => {
    check({ type: 'short' }, ' 総務 ', { answer: '総務' });
    check({ type: 'short' }, '櫓'.repeat(201), { fault: 'too_long' });
    check({ type: 'short' }, '𠮷'.repeat(200), { answer: '𠮷'.repeat(200) });
    check({ type: 'long' }, '一\n二', { answer: '一\n二' });
    check({ type: 'long' }, 'x'.repeat(10_000), { fault: 'too_long' });
  });
  it('dates within their bounds', () => {
    check({ type: 'date', from: '2026-12-01', to: null }, '2026-12-01', { answer: '2026-12-01' });
    check({ type: 'date', from: '2026-12-01' }, '2026-11-30', { fault: 'out_of_range' });
    check({ type: 'date' }, '12/1', { fault: 'bad_date' });
  });
  it('nothing where nothing is written, which some questions do not take', () => {
    expect(read([question({ type: 'short' }, true)], {}).faults).toEqual({ q: 'required' });
    expect(read([question({ type: 'several', choices }, true)], { q: [] }).faults).toEqual({ q: 'required' });
  });
});

it('an answer that was sent stands in the fields again as it was', () => {
  const all = [question({ type: 'several', choices }), { ...question({ type: 'number', whole: true }), id: 'n' }];
  expect(valuesOf(all, { q: [0, 2], n: 7 })).toEqual({ q: ['0', '2'], n: '7' });
  expect(read(all, valuesOf(all, { q: [0, 2], n: 7 })).answers).toEqual({ q: [0, 2], n: 7 });
  expect(valuesOf(all, null)).toEqual({});
});

it('what the server refuses stands at its question', () => {
  const errors = [
    { pointer: '/answers/q1', code: 'too_long' },
    { pointer: '/answers/q2', code: 'unknown_choice' },
    { pointer: '/seen', code: 'x' },
  ];
  expect(faultsOf(errors)).toEqual({ q1: 'too_long', q2: 'other' });
});

it('what was begun is taken only as far as the fields can hold it', () => {
  const stored = (text: string | null): ReturnType<typeof begun> => begun('s', [question({ type: 'several', choices })], { getItem: () => text });
  expect(stored(JSON.stringify({ q: ['1'], other: 'x' }))).toEqual({ q: ['1'] });
  expect(stored(JSON.stringify({ q: 'text' }))).toEqual({});
  expect(stored('{')).toBeNull();
  expect(stored(null)).toBeNull();
});
