import type { Word } from '../feature';
import { useLanguage, wordOf } from './index';

/** Words named together with their feature, as menu entries are. */
export function useAnyWord(): (word: Word) => string {
  const language = useLanguage();
  return (word) => wordOf(language, word);
}
