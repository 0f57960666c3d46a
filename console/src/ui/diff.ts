/** One place where two JSON values differ. `before` or `after` is undefined where the place does not exist. */
export interface Difference {
  pointer: string;
  before: unknown;
  after: unknown;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const escape = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The places where two values differ, as JSON pointers (RFC 6901), in the order of their names. Lists are compared whole. */
export function differences(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) => differences(before[name], after[name], `${pointer}/${escape(name)}`));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  // A record that comes or goes is shown by its parts.
  if ((isRecord(before) && after === undefined) || (isRecord(after) && before === undefined)) {
    const parts = differences(isRecord(before) ? before : {}, isRecord(after) ? after : {}, pointer);
    if (parts.length > 0) return parts;
  }
  return [{ pointer, before, after }];
}

/** The parts of a JSON pointer, unescaped. */
export function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A value in one line: text as it is, the rest as JSON. */
export function inLine(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
