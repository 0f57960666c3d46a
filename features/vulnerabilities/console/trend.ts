/** A figure of the trend, day after day. */
export interface Line {
  /** The points as the `points` of an SVG polyline. */
  points: string;
  last: { x: number; y: number };
}

/** The smallest round number that is not below any value: 1, 2 or 5 times a power of ten. */
export function roundTop(values: readonly number[]): number {
  const most = Math.max(1, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5, 10].find((step) => step * power >= most) ?? 10) * power;
}

/** Values over the whole width, the oldest at the left, 0 at the foot. One value alone stands at the right. */
export function lineOf(values: readonly number[], top: number, width: number, height: number): Line {
  const at = values.map((value, index) => ({
    x: values.length < 2 ? width : (index * width) / (values.length - 1),
    y: height - (Math.max(0, Math.min(value, top)) * height) / top,
  }));
  const round = (value: number): string => String(Math.round(value * 10) / 10);
  return { points: at.map(({ x, y }) => `${round(x)},${round(y)}`).join(' '), last: at.at(-1) ?? { x: 0, y: height } };
}

export interface Week<T> {
  /** The last day of it. */
  last: T;
  appeared: number;
  fixed: number;
}

/** The days in weeks that end today, the newest first: what a person reads where a picture cannot be seen. */
export function weeksOf<T extends { appeared: number; fixed: number }>(days: readonly T[]): Week<T>[] {
  const weeks: Week<T>[] = [];
  for (let end = days.length; end > 0; end -= 7) {
    const own = days.slice(Math.max(0, end - 7), end);
    const last = own.at(-1);
    if (last) weeks.push({ last, appeared: own.reduce((sum, day) => sum + day.appeared, 0), fixed: own.reduce((sum, day) => sum + day.fixed, 0) });
  }
  return weeks;
}
