import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import type { DistributionPartState, RingState, RolloutShort } from '@shell/api/schema';
import { now } from '@shell/time';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';

const partTones: Record<DistributionPartState, Tone> = {
  waiting: 'plain',
  queued: 'plain',
  taken: 'half',
  window: 'half',
  fetching: 'half',
  notice: 'half',
  postponed: 'half',
  working: 'half',
  rolling_back: 'half',
  done: 'on',
  already: 'on',
  rolled_back: 'open',
  failed: 'open',
  expired: 'plain',
  recalled: 'plain',
  refused: 'plain',
};

/** Every state of a part, in the order in which they are passed through. */
export const partStates = Object.keys(partTones) as DistributionPartState[];
export const good: DistributionPartState[] = ['done', 'already'];
export const bad: DistributionPartState[] = ['failed', 'rolled_back'];
/** Nothing has begun at these endpoints. */
export const ahead: DistributionPartState[] = ['waiting', 'queued', 'taken', 'window', 'fetching', 'notice', 'postponed'];

/** How many endpoints of a rollout are in one of these states. */
export function countOf(rings: RolloutShort['rings'], states: readonly DistributionPartState[]): number {
  return rings.reduce((sum, ring) => sum + states.reduce((own, state) => own + (ring.states[state] ?? 0), 0), 0);
}

export const endpointsOf = (rings: RolloutShort['rings']): number => rings.reduce((sum, ring) => sum + ring.endpoints, 0);

/** Where an endpoint is. A failure that a rollout was not stopped by is red all the same: somebody has to look at that machine. */
export function PartStateWord({ state }: { state: DistributionPartState }): ReactNode {
  const t = useWords('distribution');
  return <StateWord tone={partTones[state]}>{t(`part_states.${state}`)}</StateWord>;
}

const ringTones: Record<RingState, Tone> = { waiting: 'plain', held: 'half', running: 'half', good: 'on', stopped: 'open' };

export function RingStateWord({ state }: { state: RingState }): ReactNode {
  const t = useWords('distribution');
  return <StateWord tone={ringTones[state]}>{t(`ring_states.${state}`)}</StateWord>;
}

/** How a rollout stands. Red where failures stopped it and nobody has decided yet. */
export function RolloutStateWord({ rollout }: { rollout: RolloutShort }): ReactNode {
  const t = useWords('distribution');
  if (rollout.state === 'stopped' && !rollout.stopped_by) return <StateWord tone="open">{t('states.failed')}</StateWord>;
  if (rollout.state === 'running' && rollout.rings.some((ring) => ring.state === 'held')) return <StateWord tone="half">{t('states.held')}</StateWord>;
  if (rollout.state === 'running' && Date.parse(rollout.starts_at) > now()) return <StateWord tone="plain">{t('states.planned')}</StateWord>;
  const tone: Tone = rollout.state === 'done' ? 'on' : rollout.state === 'running' || rollout.state === 'recalling' ? 'half' : 'plain';
  return <StateWord tone={tone}>{t(`states.${rollout.state}`)}</StateWord>;
}

/** What a rollout does, in a line. */
export function useWorkWords(): (rollout: Pick<RolloutShort, 'work' | 'packages' | 'items' | 'dry_run'>) => string {
  const t = useWords('distribution');
  const marks = useMarks();
  return ({ work, packages, items, dry_run: dry }) => {
    const word = t(`works.${work.kind}`);
    const names = work.kind === 'package_updates' ? work.packages : items.map((item) => `${item.name} ${item.version}`);
    const count = Math.max(packages, names.length);
    const shown = marks.list(names.slice(0, 3)) + (count > 3 ? ` +${String(count - 3)}` : '');
    const line = shown === '' ? word : t('work_items', { work: word, items: shown });
    return dry ? marks.noted(line, t('dry')) : line;
  };
}
