import type { EventView } from '@shell/api/schema';
import { partsIn } from '@shell/time';

/** The placeholders of a pop-up, in the order in which they are offered. */
export const placeholders = ['FILE', 'APP', 'TIME', 'USER', 'RULE', 'HASH'] as const;
export type Values = Record<(typeof placeholders)[number], string>;

const longest = 200;
// What would break the lines of a window or turn the direction of writing. eslint-disable-next-line no-control-regex
const unwanted = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function clean(text: string | null | undefined): string {
  const shown = (text ?? '').replaceAll(unwanted, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
  const letters = Array.from(shown);
  return letters.length > longest ? `${letters.slice(0, longest).join('')}…` : shown;
}

/** 2026-11-17 08:42:07, as the endpoint writes it. */
export function stamp(ms: number, zone: string): string {
  const at = partsIn(zone, ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(at.year)}-${two(at.month)}-${two(at.day)} ${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
}

/** What stands behind the placeholders when a rule of this name answers to an event. */
export function valuesOf(event: EventView, rule: string, zone: string): Values {
  const image = event.image ?? '';
  return {
    APP: clean(image.split(/[/\\]/).at(-1)),
    FILE: clean(event.target ?? event.subject ?? event.image),
    TIME: stamp(Date.parse(event.occurred_at), zone),
    USER: clean(event.user),
    RULE: clean(rule),
    HASH: clean(event.hash_sha256),
  };
}

/**
 * Puts values into a text, as the endpoint does: what is no placeholder stays, a value is never read for placeholders again,
 * and one that is not known is a dash.
 */
export function fill(text: string, values: Values): string {
  let filled = '';
  let rest = text;
  for (let at = rest.indexOf('%'); at >= 0; at = rest.indexOf('%')) {
    filled += rest.slice(0, at);
    const after = rest.slice(at + 1);
    const name = placeholders.find((one) => after.startsWith(`${one}%`));
    filled += name ? values[name] || '-' : '%';
    rest = name ? after.slice(name.length + 1) : after;
  }
  return filled + rest;
}
