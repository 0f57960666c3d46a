import { useLanguage, useLooseWords } from '@shell/i18n';
import type { Values } from '@shell/i18n/words';
import { useMemo } from 'react';
import { useKindWords } from '../../../core/events/console/kind-words';
import type { Speech } from './sentence';

const nonsense = '\u0000';

/** The dictionary, for sentences that are put together from data. */
export function useSpeech(): Speech {
  const language = useLanguage();
  const loose = useLooseWords('rule-book');
  const kind = useKindWords();
  return useMemo(
    () => ({
      language,
      kind,
      say: (key: string, values: Values = {}) => {
        const found = loose(key, nonsense);
        // Put in here and not by the dictionary, which would take a name with braces in it for a place of its own.
        return found === nonsense ? undefined : found.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
      },
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `kind` is new each time and follows the language
    [language, loose],
  );
}
