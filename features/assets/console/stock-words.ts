import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './stock.en.json';
import ja from './stock.ja.json';

const words = ownWords({ ja, en });

export function useStockWords(): OwnSay<typeof ja> {
  return words(useLanguage());
}
