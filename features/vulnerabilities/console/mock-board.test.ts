import { expect, it } from 'vitest';
import { boardOf } from './mock-board';
import { bitsIn, each, eachQuiet, exceptions, machineCount, setExceptions } from './mock-machines';
import { cellSearch, filterOf } from './filter';

const machinesUnder = (search: Record<string, string>): number => {
  let count = 0;
  each(filterOf(search), () => (count += 1));
  return count;
};

it('each cell of the made-up board counts exactly the machines that its address lists', () => {
  const board = boardOf(undefined, undefined);
  expect(board.machines).toBe(machineCount);
  expect(board.behind).toBe(machinesUnder({}));
  for (const state of ['current', 'unknown'] as const) {
    let count = 0;
    eachQuiet({}, state, () => (count += 1));
    expect(count, state).toBe(board[state]);
  }
  const cells = board.groups.flatMap((group) => group.cells.map((cell) => ({ group: group.id, ...cell })));
  expect(cells.filter((cell) => machinesUnder(cellSearch({}, cell.column, cell.group)) !== cell.machines)).toEqual([]);
  for (const part of board.parts) expect(machinesUnder(cellSearch({}, part.part)), part.part).toBe(part.machines);
});

it('what is excepted leaves the red and comes back at its end', () => {
  const before = boardOf(undefined, undefined);
  exceptions.push({ id: 'x', weakness: 'CVE-2026-90001', subject: null, scope: 'all', scope_name: '', reason: 'test', until: '', by: '', created_at: '', findings: 0, machines: 0, ended: false });
  setExceptions();
  const aside = boardOf(undefined, undefined);
  let excepted = 0;
  each({ standing: 'excepted' }, (_, bits) => (excepted += bitsIn(bits)));
  expect(aside.excepted).toBe(excepted);
  expect(before.emergency.findings - aside.emergency.findings).toBe(excepted);
  exceptions.length = 0;
  setExceptions();
  expect(boardOf(undefined, undefined).behind).toBe(before.behind);
});
