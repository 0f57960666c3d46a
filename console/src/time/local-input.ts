import { partsIn } from './format';

/** The value of a `datetime-local` field for a moment in `zone`: 2026-11-17T08:42. */
export function toLocalInput(ms: number, zone: string): string {
  const at = partsIn(zone, ms);
  const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
  return `${pad(at.year, 4)}-${pad(at.month)}-${pad(at.day)}T${pad(at.hour)}:${pad(at.minute)}`;
}

/** The moment in milliseconds that a `datetime-local` field means in `zone`, or null where it says nothing. */
export function fromLocalInput(text: string, zone: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map(Number);
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0);
  let ms = wall;
  // The offset depends on the moment sought; two rounds settle it, also beside a clock change.
  for (let round = 0; round < 2; round += 1) {
    const at = partsIn(zone, ms);
    ms += wall - Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute);
  }
  return ms;
}
