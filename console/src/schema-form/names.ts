import { useLooseWords, useWordTree } from '../i18n';
import type { Namespace } from '../i18n/words';
import { pointerParts } from '../ui/diff';

export interface Names {
  /** What a setting is called; numbers in the pointer (rows of a list) do not count. */
  label: (pointer: string, otherwise: string) => string;
  hint: (pointer: string, otherwise: string) => string;
  /** The names of a record's fields in the order in which the feature words them; the description has them by the alphabet. */
  order: (pointer: string) => string[];
  /** What a fixed value is called. */
  value: (value: string) => string;
}

const nonsense = '\u0000';

function path(pointer: string): string {
  return pointerParts(pointer)
    .filter((part) => !/^\d+$/.test(part))
    .join('.');
}

/**
 * The names a feature gives to its settings, in its own words file: `policy.<path>.label`, `policy.<path>.hint` and
 * `policy_values.<value>`. Where a feature says nothing, the schema's title and the raw name serve.
 */
export function useNames(feature: string): Names {
  const namespace = feature.replaceAll('_', '-') as Namespace;
  const say = useLooseWords(namespace);
  const tree = useWordTree(namespace);
  return {
    label: (pointer, otherwise) => say(`policy.${path(pointer)}.label`, otherwise),
    hint: (pointer, otherwise) => say(`policy.${path(pointer)}.hint`, otherwise),
    order: (pointer) => Object.keys(tree(['policy', path(pointer)].filter(Boolean).join('.'))),
    value: (value) => {
      const found = say(`policy_values.${value}`, nonsense);
      return found === nonsense ? value : found;
    },
  };
}

/** A pointer in words: every part by its own name. */
export function pointerWords(names: Names, pointer: string): string {
  const parts = pointerParts(pointer);
  return parts
    .map((part, at) => {
      if (/^\d+$/.test(part)) return String(Number(part) + 1);
      return names.label(`/${parts.slice(0, at + 1).join('/')}`, part);
    })
    .join(' › ');
}
