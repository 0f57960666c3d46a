import { byFolder } from './by-folder';
import type { Language } from './words';

type File = Record<string, unknown>;

/** One chunk per language: the words of all features, without the other language. */
const bundles: Record<Language, () => Promise<{ words: Record<string, File> }>> = {
  ja: () => import('./bundle-ja'),
  en: () => import('./bundle-en'),
};

/** Words that only a feature's own pages say: they come with the first of them. */
const pages = {
  ja: byFolder(import.meta.glob<File>('../../../{core,features}/*/console/pages.ja.json', { import: 'default' })),
  en: byFolder(import.meta.glob<File>('../../../{core,features}/*/console/pages.en.json', { import: 'default' })),
};

/** The words of a feature's pages; nothing where it has none apart from those of every page. */
export async function loadPageWords(language: Language, feature: string): Promise<File | undefined> {
  return pages[language][feature]?.();
}

export async function loadWords(language: Language): Promise<Record<string, File>> {
  return (await bundles[language]()).words;
}
