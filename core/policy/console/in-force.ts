import type { EffectivePolicy } from '@shell/api/schema';
import type { Marks } from '@shell/i18n/marks';
import { inLine } from '@shell/ui/diff';

export type Origin = EffectivePolicy['origins'][number];

export interface Setting {
  pointer: string;
  value: unknown;
  origin: Origin | undefined;
}

function leaves(value: unknown, pointer: string): { pointer: string; value: unknown }[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([name, inner]) =>
      leaves(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  }
  return [{ pointer, value }];
}

/** Every setting with the origin that speaks for it: the longest one that its pointer begins with. */
export function settingsOf(policy: EffectivePolicy): Setting[] {
  return leaves(policy.value, '').map((leaf) => {
    const speaking = policy.origins
      .filter((origin) => leaf.pointer === origin.pointer || leaf.pointer.startsWith(`${origin.pointer}/`) || origin.pointer === '')
      .sort((a, b) => b.pointer.length - a.pointer.length);
    return { ...leaf, origin: speaking[0] };
  });
}

/** A value as a person reads it; lists as a row of words. */
export function valueWords(value: unknown, words: { yes: string; no: string; none: string; marks: Marks }, name: (value: string) => string): string {
  if (value === true) return words.yes;
  if (value === false) return words.no;
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return words.none;
  if (Array.isArray(value)) return words.marks.list(value.map((one) => valueWords(one, words, name)));
  if (typeof value === 'object') return words.marks.facts(Object.values(value).map((one) => valueWords(one, words, name)));
  return typeof value === 'string' ? name(value) : inLine(value);
}
