/** The moment the made-up office lives at: Tuesday 17 November 2026, 08:42 in Tokyo. */
export const mockNow = Date.parse('2026-11-17T08:42:00+09:00');

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** RFC 3339 in UTC with microseconds, as the server writes times. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

export function before(ms: number): string {
  return timeOf(mockNow - ms);
}
