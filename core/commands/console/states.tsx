import type { CommandState } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';

export const commandStates: CommandState[] = ['queued', 'nudged', 'fetched', 'accepted', 'done', 'failed', 'expired', 'cancelled'];

const tones: Record<CommandState, Tone> = {
  queued: 'half',
  nudged: 'half',
  fetched: 'half',
  accepted: 'half',
  done: 'on',
  failed: 'open',
  expired: 'plain',
  cancelled: 'plain',
};

export function CommandStateWord({ state }: { state: CommandState }): ReactNode {
  const t = useWords('commands');
  return <StateWord tone={tones[state]}>{t(`state.${state}`)}</StateWord>;
}

/** Whether an endpoint may still be told to forget it. */
export function isWaiting(state: CommandState): boolean {
  return state === 'queued' || state === 'nudged' || state === 'fetched';
}

export function useCommandName(): (name: string) => string {
  const loose = useLooseWords('commands');
  return (name) => loose(`name.${name}`, name);
}
