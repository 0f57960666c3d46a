import { describe, expect, it } from 'vitest';
import { fitted, type Width } from './fitted';

const columns = (...widths: Width[]): { id: number; width: Width }[] => widths.map((width, id) => ({ id, width }));
const check = (room: number, widths: Width[], expected: [number, number | 'auto'][]): void => {
  expect(fitted(columns(...widths), room).map(({ column, width }) => [column.id, width])).toEqual(expected);
};

describe('the columns of a table', () => {
  it('share what the fixed ones leave', () => {
    check(1000, [200, '1fr', '3fr', 100], [[0, 200], [1, 175], [2, 525], [3, 100]]);
  });

  it('of fixed width go from the right where it is narrow, the first and the shared ones stay', () => {
    check(400, [100, '2fr', 120, 120], [[0, 100], [1, 180], [2, 120]]);
    check(150, [100, '2fr', 120, 120], [[0, 100], [1, 50]]);
  });

  it('all stay while the room is not known', () => {
    check(0, [100, '2fr', 120], [[0, 100], [1, 'auto'], [2, 120]]);
  });
});
