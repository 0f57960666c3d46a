import type { Language } from './words';
import { useLanguage } from './index';

export interface Marks {
  /** 甲、乙、丙 or a, b, c. */
  list: (items: readonly string[]) => string;
  /** 甲・乙 or a, b: facts about one thing. */
  facts: (items: readonly (string | null | undefined)[]) => string;
  /** 「甲」 or “a”. */
  quoted: (text: string) => string;
  /** 甲（乙） or a (b). */
  noted: (text: string, note: string) => string;
}

const marks: Record<Language, Marks> = {
  ja: {
    list: (items) => items.join('、'),
    facts: (items) => items.filter(Boolean).join('・'),
    quoted: (text) => `「${text}」`,
    noted: (text, note) => `${text}（${note}）`,
  },
  en: {
    list: (items) => items.join(', '),
    facts: (items) => items.filter(Boolean).join(', '),
    quoted: (text) => ` “${text}”`,
    noted: (text, note) => `${text} (${note})`,
  },
};

export function marksOf(language: Language): Marks {
  return marks[language];
}

/** The marks between words, which differ by language as the words do. */
export function useMarks(): Marks {
  return marks[useLanguage()];
}
