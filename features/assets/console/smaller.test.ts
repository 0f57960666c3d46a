import { expect, test } from 'vitest';
import { within } from './smaller';

test('a picture keeps its shape and is never made larger', () => {
  expect(within(4000, 3000, 1600)).toEqual([1600, 1200]);
  expect(within(3000, 4000, 1600)).toEqual([1200, 1600]);
  expect(within(800, 600, 1600)).toEqual([800, 600]);
  expect(within(10_000, 1, 1600)).toEqual([1600, 1]);
});
