import i18next, { type i18n } from 'i18next';
import { Fragment, createElement, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { loadPageWords, loadWords } from './load';
import type { Language, Namespace, Say, Values, WordKey } from './words';

export type { Language, Say, WordKey } from './words';

const storageKey = 'yagura-language';
const engine: i18n = i18next.createInstance();

function stored(): Language | undefined {
  try {
    const found = localStorage.getItem(storageKey);
    return found === 'ja' || found === 'en' ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Japanese unless the person chose otherwise or the browser asks for English first. */
export function firstLanguage(): Language {
  return stored() ?? (navigator.language.startsWith('en') ? 'en' : 'ja');
}

export async function startWords(language: Language): Promise<void> {
  await engine.init({
    lng: language,
    fallbackLng: false,
    ns: ['shell'],
    defaultNS: 'shell',
    keySeparator: '.',
    interpolation: { escapeValue: false },
    returnNull: false,
    saveMissing: true,
    missingKeyHandler: (_languages, namespace, key) => {
      // eslint-disable-next-line no-console -- a missing word is a defect the browser tests must see
      console.error(`no word for ${namespace}:${key}`);
    },
    resources: { [language]: await loadWords(language) },
  });
  document.documentElement.lang = language;
}

/** Features whose pages were opened. */
const opened = new Set<string>();

async function addPageWords(language: Language, feature: string): Promise<void> {
  const words = await loadPageWords(language, feature);
  if (words) engine.addResourceBundle(language, feature, words, true, true);
}

/** Fetches what the pages of a feature say, before the first of them is shown. */
export async function openWords(feature: string): Promise<void> {
  if (opened.has(feature)) return;
  await addPageWords(engine.language === 'en' ? 'en' : 'ja', feature);
  opened.add(feature);
}

export async function changeLanguage(language: Language): Promise<void> {
  const words = await loadWords(language);
  for (const [namespace, content] of Object.entries(words)) {
    engine.addResourceBundle(language, namespace, content, true, true);
  }
  await Promise.all([...opened].map((feature) => addPageWords(language, feature)));
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
  await engine.changeLanguage(language);
  document.documentElement.lang = language;
}

function subscribe(changed: () => void): () => void {
  engine.on('languageChanged', changed);
  return () => {
    engine.off('languageChanged', changed);
  };
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, () => (engine.language === 'en' ? 'en' : 'ja'));
}

/** A word named `feature:key`. */
export function wordOf(language: Language, word: string): string {
  const [namespace = 'shell', key = ''] = word.split(':');
  return (engine.getFixedT(language, namespace) as (key: string) => string)(key);
}

/** The words of one feature: `const t = useWords('endpoints'); t('list.title')`. */
export function useWords<N extends Namespace>(namespace: N): Say<N> {
  const language = useLanguage();
  return useMemo(() => {
    const fixed = engine.getFixedT(language, namespace) as (key: string, values?: Values) => string;
    return (key, values) => fixed(key, values);
  }, [language, namespace]);
}

/** A word whose key is put together from data; gives `otherwise` where there is none. */
export function useLooseWords(namespace: Namespace): (key: string, otherwise: string) => string {
  const language = useLanguage();
  return useMemo(
    () => (key, otherwise) =>
      engine.exists(key, { lng: language, ns: namespace })
        ? (engine.getFixedT(language, namespace) as (key: string) => string)(key)
        : otherwise,
    [language, namespace],
  );
}

/** The words under a key, in the order in which they were written; nothing where there are none. */
export function useWordTree(namespace: Namespace): (key: string) => object {
  const language = useLanguage();
  return (key) => {
    const found: unknown = engine.getResource(language, namespace, key);
    return typeof found === 'object' && found !== null ? found : {};
  };
}

/** The words under a key in the files of all features together: what any of them names, for a page that knows none of them. */
export function useWordsOfAll(key: string): Record<string, string> {
  const language = useLanguage();
  return useMemo(() => {
    const all = Object.values(engine.getDataByLanguage(language) ?? {}) as Record<string, unknown>[];
    const named = all.flatMap((words) => Object.entries(words[key] ?? {}) as [string, unknown][]);
    return Object.fromEntries(named.filter((one): one is [string, string] => typeof one[1] === 'string'));
  }, [language, key]);
}

/** A sentence with elements in it: each `{{name}}` is replaced by the node of that name. */
export function useSentence<N extends Namespace>(
  namespace: N,
): (key: WordKey<N>, nodes: Record<string, ReactNode>, values?: Values) => ReactNode {
  const say = useWords(namespace);
  return (key, nodes, values) => {
    const marks = Object.fromEntries(Object.keys(nodes).map((name) => [name, `\u0001${name}\u0001`]));
    const parts = say(key, { ...values, ...marks }).split('\u0001');
    return parts.map((part, at) => createElement(Fragment, { key: at }, at % 2 === 1 ? nodes[part] : part));
  };
}
