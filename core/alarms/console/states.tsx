import type { AlarmState, AlarmView, Severity } from '@shell/api/schema';
import { useLanguage, useLooseWords, useWords } from '@shell/i18n';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';

export const alarmStates: AlarmState[] = ['open', 'handling', 'handled'];
export const severities: Severity[] = ['critical', 'high', 'medium', 'low'];

const tones: Record<AlarmState, Tone> = { open: 'open', handling: 'on', handled: 'plain' };

export function AlarmStateWord({ state }: { state: AlarmState }): ReactNode {
  const t = useWords('alarms');
  return <StateWord tone={tones[state]}>{t(`state.${state}`)}</StateWord>;
}

/** What an alarm is called, and what it means; one of a kind that the console has no words for is called as the server calls it. */
export function useAlarmWords(): { title: (alarm: AlarmView) => string; what: (alarm: AlarmView) => string; where: (alarm: AlarmView) => string } {
  const t = useWords('alarms');
  const loose = useLooseWords('alarms');
  const language = useLanguage();
  return {
    // Of the alarms of rules there are as many as rules: they are called by theirs.
    title: ({ kind, detail, title }) => (typeof detail['rule_name'] === 'string' ? detail['rule_name'] : loose(`kind.${kind}.title`, title[language] || kind)),
    what: ({ kind }) => loose(`kind.${kind}.what`, ''),
    where: ({ endpoint, detail: { machines } }) => endpoint?.hostname ?? (typeof machines === 'number' ? t('on_machines', { machines: machines.toLocaleString('en-US') }) : t('server')),
  };
}
