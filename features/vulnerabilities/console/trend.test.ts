import { expect, it } from 'vitest';
import { lineOf, roundTop, weeksOf } from './trend';

it('a scale ends at a round number that holds every value', () => {
  expect([[0], [1], [3], [10], [11], [4999], [50_001]].map(roundTop)).toEqual([1, 1, 5, 10, 20, 5000, 100_000]);
});

it('a line runs from the left to the right, and zero lies at the foot', () => {
  expect(lineOf([0, 5, 10], 10, 100, 40)).toEqual({ points: '0,40 50,20 100,0', last: { x: 100, y: 0 } });
});

it('a value above the scale stays inside the picture', () => {
  expect(lineOf([20, -1], 10, 100, 40).points).toBe('0,0 100,40');
});

it('one day alone stands at the right, and none draws nothing', () => {
  expect(lineOf([10], 10, 100, 40).points).toBe('100,0');
  expect(lineOf([], 10, 100, 40).points).toBe('');
});

it('weeks end today and lose no day', () => {
  const days = Array.from({ length: 10 }, (_, day) => ({ day, appeared: 1, fixed: day }));
  expect(weeksOf(days).map((week) => [week.last.day, week.appeared, week.fixed])).toEqual([
    [9, 7, 42],
    [2, 3, 3],
  ]);
});
