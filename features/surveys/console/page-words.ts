import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './page.en.json';
import ja from './page.ja.json';

const pageWords = ownWords({ ja, en });

/** The words of writing and reading surveys, which come with those pages. */
export function usePageWords(): OwnSay<typeof ja> {
  return pageWords(useLanguage());
}
