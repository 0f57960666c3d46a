import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import en from './form.en.json';
import ja from './form.ja.json';

export type FormWords = OwnSay<typeof ja>;

/** The words of the form, in any language: who writes a survey looks at it in both. */
export const formWords = ownWords({ ja, en });
