import type { LicenceView } from '@shell/api/schema';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { states, useLicenceWords, wordOf } from './own-words';

const tones: Record<string, Tone> = { over: 'open', ended: 'half', ending: 'half', enough: 'on' };

/** How a licence stands; nothing where only a part of the machines is seen. */
export function StandsWord({ licence }: { licence: LicenceView }): ReactNode {
  const t = useLicenceWords();
  if (licence.state === '') return null;
  const word = licence.state === 'over' ? t('over_by', { count: licence.used - licence.bought }) : wordOf(states, licence.state, (known) => t(`states.${known}`));
  return <StateWord tone={tones[licence.state] ?? 'plain'}>{word}</StateWord>;
}
