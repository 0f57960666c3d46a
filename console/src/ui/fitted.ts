/** Pixels, or a share of what is left. */
export type Width = number | `${number}fr`;

/** What one share needs to stay readable, in pixels. */
const leastPerShare = 80;

const shares = (width: Width): number => (typeof width === 'number' ? 0 : Number.parseFloat(width));

/**
 * The columns that fit into `room` pixels with the width of each. Where there is too little room, columns of fixed width
 * go from the right, so that names stay whole; the first column and those with a share always stay. With `room` 0, before
 * anything has been measured, all columns stay and share evenly.
 */
export function fitted<C extends { width: Width }>(columns: readonly C[], room: number): { column: C; width: number | 'auto' }[] {
  if (room === 0) return columns.map((column) => ({ column, width: typeof column.width === 'number' ? column.width : 'auto' }));
  const kept = [...columns];
  const least = (): number =>
    kept.reduce((sum, { width }) => sum + (typeof width === 'number' ? width : shares(width) * leastPerShare), 0);
  for (let at = kept.length - 1; at > 0 && least() > room; at -= 1) {
    if (typeof kept[at]?.width === 'number') kept.splice(at, 1);
  }
  const fixed = kept.reduce((sum, { width }) => sum + (typeof width === 'number' ? width : 0), 0);
  const all = kept.reduce((sum, { width }) => sum + shares(width), 0);
  return kept.map((column) => ({
    column,
    width: typeof column.width === 'number' ? column.width : Math.floor(((room - fixed) * shares(column.width)) / all),
  }));
}
