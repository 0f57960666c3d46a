import type { Language, Values } from '@shell/i18n/words';
import en from './form.en.json';
import ja from './form.ja.json';

type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string];

export type FormWords = (key: Leaves<typeof ja>, values?: Values) => string;

/**
 * The words of the form, in any language at any time: who writes a survey looks at it in both. They come with the form and not
 * with the words of every page, which all who open the console fetch first.
 */
export function formWords(language: Language): FormWords {
  return (key, values = {}) => {
    let found: unknown = language === 'ja' ? ja : en;
    for (const part of key.split('.')) found = (found as Record<string, unknown>)[part];
    return String(found).replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
  };
}
