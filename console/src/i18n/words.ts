import type ja from '../words/ja.json';

/**
 * Every feature adds its own words here by declaring this interface again in its `words.d.ts`;
 * the name is the feature's folder. The Japanese file gives the keys, the English one must have the same.
 */
export interface Words {
  shell: typeof ja;
}

export type Namespace = keyof Words & string;

/** The keys of a nested word file as dotted paths; `x_one` and `x_other` are one key, `x`. */
type Leaves<T> = {
  [K in keyof T & string]: T[K] extends string
    ? K extends `${infer Stem}_other`
      ? Stem
      : K extends `${string}_one`
        ? never
        : K
    : `${K}.${Leaves<T[K]>}`;
}[keyof T & string];

export type WordKey<N extends Namespace> = Leaves<Words[N]>;

export type Language = 'ja' | 'en';
export type Values = Record<string, string | number>;
export type Say<N extends Namespace> = (key: WordKey<N>, values?: Values) => string;
