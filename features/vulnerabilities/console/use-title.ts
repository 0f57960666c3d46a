import { useLanguage } from '@shell/i18n';

interface Titled {
  title_ja: string;
  title_en: string;
}

/** Whether a weakness has a number that people know it by; a release that has ended, or an update that waits, has a key of our own. */
export const isNumbered = (id: string): boolean => !/^(end|update):/.test(id);

/** A title in the reader's language; in the other one where it is said only there. */
export function useTitle(): (of: Titled) => string {
  const language = useLanguage();
  return ({ title_ja, title_en }) => (language === 'ja' ? title_ja || title_en : title_en || title_ja);
}
