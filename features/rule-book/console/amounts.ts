export interface Unit {
  unit: string;
  by: number;
}

/** From the smallest to the largest. */
export type Units = readonly [Unit, ...Unit[]];

/** Steps in which sizes are written: 500 MB is 500,000,000, as on the box of a disk. */
export const sizeUnits: Units = [
  { unit: 'B', by: 1 },
  { unit: 'kB', by: 1e3 },
  { unit: 'MB', by: 1e6 },
  { unit: 'GB', by: 1e9 },
];

export const timeUnits: Units = [
  { unit: 's', by: 1 },
  { unit: 'min', by: 60 },
  { unit: 'h', by: 3600 },
];

/** The largest unit in which the value is a whole number. */
export function unitOf(value: number, units: Units): Unit {
  return units.findLast((one) => value >= one.by && value % one.by === 0) ?? units[0];
}

/** 500 MB, 1.5 GB. */
export function size(bytes: number): string {
  const unit = sizeUnits.findLast((one) => bytes >= one.by) ?? sizeUnits[0];
  return `${String(Math.round((bytes / unit.by) * 100) / 100)} ${unit.unit}`;
}
