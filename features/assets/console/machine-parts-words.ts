import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './machine-parts.en.json';
import ja from './machine-parts.ja.json';

const partsWords = ownWords({ ja, en });

/** The words of the tabs of assets and software, which come with them. */
export function usePartsWords(): OwnSay<typeof ja> {
  return partsWords(useLanguage());
}

/** What the word below `group` is called, where there is such a word; else the word itself, as a newer agent may say it. */
export function useNamed(): (group: keyof Groups, word: string) => string {
  const language = useLanguage();
  return (group, word) => (({ ja, en })[language][group] as Record<string, string>)[word] ?? word;
}

type Groups = Pick<typeof ja, 'kind' | 'starts' | 'chassis' | 'sources'>;
