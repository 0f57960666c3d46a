import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './page.en.json';
import ja from './page.ja.json';

const words = ownWords({ ja, en });

/** The words of the pages about power, which come with those pages. */
export function usePowerWords(): OwnSay<typeof ja> {
  return words(useLanguage());
}
