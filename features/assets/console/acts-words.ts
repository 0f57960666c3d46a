import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './acts.en.json';
import ja from './acts.ja.json';

const words = ownWords({ ja, en });

export function useActWords(): OwnSay<typeof ja> {
  return words(useLanguage());
}
