import type { Language, Values } from './words';

type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string];

export type OwnSay<T> = (key: Leaves<T>, values?: Values) => string;

/**
 * Words that come with a page, in any language at any time, and not with the words of every page, which all who open the console
 * fetch first: for a page with many words of its own that few people open. Plural forms are not told apart.
 */
export function ownWords<T extends object>(files: Record<Language, T>): (language: Language) => OwnSay<T> {
  return (language) => (key, values = {}) => {
    let found: unknown = files[language];
    for (const part of key.split('.')) found = (found as Record<string, unknown>)[part];
    return String(found).replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
  };
}
