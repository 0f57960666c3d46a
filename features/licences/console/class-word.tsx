import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { classes, licenceStates, useSoftwareWords, wordOf } from './own-words';

const tones: Record<string, Tone> = { not_permitted: 'open', unclassified: 'half', paid: 'on' };

/** What a product is to the organisation. */
export function ClassWord({ word }: { word: string }): ReactNode {
  const t = useSoftwareWords();
  return <StateWord tone={tones[word] ?? 'plain'}>{wordOf(classes, word, (known) => t(`classes.${known}`))}</StateWord>;
}

/** Whether its licences are enough. */
export function EnoughWord({ word }: { word: string }): ReactNode {
  const t = useSoftwareWords();
  if (word === 'none') return <span className="dim">{t('licence_states.none')}</span>;
  return <StateWord tone={word === 'over' ? 'open' : 'on'}>{wordOf(licenceStates, word, (known) => t(`licence_states.${known}`))}</StateWord>;
}
