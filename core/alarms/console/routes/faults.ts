import { ApiError } from '@shell/api/client';

/** The fields that the server may refuse, by where it says so. */
const fields = {
  '/name': 'name',
  '/kinds': 'kinds',
  '/classes': 'classes',
  '/group': 'group',
  '/to/addresses': 'addresses',
  '/to/url': 'url',
  '/to/receiver/host': 'host',
  '/to/receiver/port': 'port',
  '/when/hour': 'hour',
  '/open_for_min': 'minutes',
  '/subject': 'subject',
  '/line': 'line',
} as const;
export type Field = (typeof fields)[keyof typeof fields];

export interface Fault {
  code: string;
  /** The server's own words. */
  message: string;
  /** Which of several it is. */
  at?: number;
}

/** What the server refused, field by field. Whatever is no field of the form's is left to be shown whole. */
export function faultsOf(error: Error | null): { faults: Partial<Record<Field, Fault>>; whole: Error | null } {
  if (!(error instanceof ApiError)) return { faults: {}, whole: error };
  const faults: Partial<Record<Field, Fault>> = {};
  for (const { pointer, code, message } of error.problem.errors) {
    const [, path = pointer, at] = /^(\/to\/addresses)\/(\d+)$/.exec(pointer) ?? [];
    const field = fields[path as keyof typeof fields] as Field | undefined;
    if (field) faults[field] = { code, message: message ?? code, ...(at === undefined ? {} : { at: Number(at) }) };
  }
  return { faults, whole: Object.keys(faults).length === 0 ? error : null };
}
