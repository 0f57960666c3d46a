import type { RolloutWindow } from '@shell/api/schema';

const two = (value: number): string => String(value).padStart(2, '0');
const clock = (minute: number): string => `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;

/** `22:00–06:00`, by the endpoint's clock. */
export function windowText({ from, minutes }: RolloutWindow): string {
  return `${clock(from)}–${clock(from + minutes)}`;
}
