const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A size as it is printed on the box: 16 GB of memory in steps of 1024, three digits at most. */
export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = size >= 100 || Number.isInteger(size) ? 0 : size >= 10 ? 1 : 2;
  return `${size.toFixed(digits).replace(/\.0+$/, '')} ${units[unit] ?? ''}`;
}
