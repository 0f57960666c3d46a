import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './ledger.en.json';
import ja from './ledger.ja.json';

const words = ownWords({ ja, en });

export function useLedgerWords(): OwnSay<typeof ja> {
  return words(useLanguage());
}

export const kinds = Object.keys(ja.kinds) as (keyof typeof ja.kinds)[];
export const standings = Object.keys(ja.standings) as (keyof typeof ja.standings)[];
export const places = Object.keys(ja.places) as (keyof typeof ja.places)[];
export const updates = Object.keys(ja.updates) as (keyof typeof ja.updates)[];
export const sources = Object.keys(ja.sources) as (keyof typeof ja.sources)[];
export const parts = Object.keys(ja.part) as (keyof typeof ja.part)[];

/** A word of a closed set; one that this console does not know yet stands for itself. */
export function wordOf<T extends string>(set: readonly T[], word: string, say: (known: T) => string): string {
  const known = set.find((one) => one === word);
  return known === undefined ? word : say(known);
}
