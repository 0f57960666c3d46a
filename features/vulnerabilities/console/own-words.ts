import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import boardEn from './board.en.json';
import boardJa from './board.ja.json';
import feedsEn from './feeds.en.json';
import feedsJa from './feeds.ja.json';
import listsEn from './lists.en.json';
import listsJa from './lists.ja.json';
import rulesEn from './rules.en.json';
import rulesJa from './rules.ja.json';
import termsEn from './terms.en.json';
import termsJa from './terms.ja.json';

const terms = ownWords({ ja: termsJa, en: termsEn });
const board = ownWords({ ja: boardJa, en: boardEn });
const lists = ownWords({ ja: listsJa, en: listsEn });
const rules = ownWords({ ja: rulesJa, en: rulesEn });
const feeds = ownWords({ ja: feedsJa, en: feedsEn });

/** Words of closed sets, and what several pages say. */
export const useTerms = (): OwnSay<typeof termsJa> => terms(useLanguage());
/** The overview. */
export const useBoardWords = (): OwnSay<typeof boardJa> => board(useLanguage());
/** Weaknesses, machines and their findings. */
export const useListWords = (): OwnSay<typeof listsJa> => lists(useLanguage());
/** Exceptions, appliances, settings. */
export const useRuleWords = (): OwnSay<typeof rulesJa> => rules(useLanguage());
/** Where it is known from. */
export const useFeedWords = (): OwnSay<typeof feedsJa> => feeds(useLanguage());

const keys = <T extends object>(words: T): (keyof T & string)[] => Object.keys(words) as (keyof T & string)[];

export const severities = keys(termsJa.severity);
export const columns = keys(termsJa.column);
export const parts = keys(termsJa.part);
export const standings = keys(termsJa.standing);
export const evidences = keys(termsJa.evidence);
export const kinds = keys(termsJa.kind);
export const toDos = keys(termsJa.to_do);
export const states = keys(termsJa.state);
export const feedStates = keys(feedsJa.state);
export const importStates = keys(feedsJa.import_state);
export const formats = keys(feedsJa.format);
export const hows = keys(rulesJa.appliances.how);
export const bannerFaults = keys(rulesJa.banners.fault);

/** A word of a closed set; one that this console does not know yet stands for itself. */
export function wordOf<T extends string>(set: readonly T[], word: string, say: (known: T) => string): string {
  const known = set.find((one) => one === word);
  return known === undefined ? word : say(known);
}
