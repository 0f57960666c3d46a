import type { Language } from './words';

type File = Record<string, unknown>;

/** One chunk per language: the words of all features, without the other language. */
const bundles: Record<Language, () => Promise<{ words: Record<string, File> }>> = {
  ja: () => import('./bundle-ja'),
  en: () => import('./bundle-en'),
};

export async function loadWords(language: Language): Promise<Record<string, File>> {
  return (await bundles[language]()).words;
}
