import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './days.en.json';
import ja from './days.ja.json';

const daysWords = ownWords({ ja, en });

/** The words of the report of days, which come with its page. */
export function useDaysWords(): OwnSay<typeof ja> {
  return daysWords(useLanguage());
}
