import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './import.en.json';
import ja from './import.ja.json';

const words = ownWords({ ja, en });

export type ImportSay = OwnSay<typeof ja>;

export function useImportWords(): ImportSay {
  return words(useLanguage());
}

export const targets = Object.keys(ja.targets) as (keyof typeof ja.targets)[];
export const codes = Object.keys(ja.code) as (keyof typeof ja.code)[];
export const jobStates = Object.keys(ja.state) as (keyof typeof ja.state)[];
