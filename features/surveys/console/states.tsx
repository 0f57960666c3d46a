import type { SurveyItem } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';

export const states = ['draft', 'planned', 'open', 'closed', 'erased'] as const;
export type SurveyState = (typeof states)[number];

const tones: Record<SurveyState, Tone> = { draft: 'plain', planned: 'half', open: 'on', closed: 'plain', erased: 'plain' };

export function stateOf(word: string): SurveyState {
  return states.find((state) => state === word) ?? 'closed';
}

export function SurveyStateWord({ survey }: { survey: Pick<SurveyItem, 'state'> }): ReactNode {
  const t = useWords('surveys');
  const state = stateOf(survey.state);
  return <StateWord tone={tones[state]}>{t(`state.${state}`)}</StateWord>;
}
