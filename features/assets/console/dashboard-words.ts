import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './dashboard.en.json';
import ja from './dashboard.ja.json';

const words = ownWords({ ja, en });

export function useDashboardWords(): OwnSay<typeof ja> {
  return words(useLanguage());
}
