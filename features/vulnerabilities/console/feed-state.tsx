import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import type { Feed } from './api';
import { feedStates, useFeedWords, wordOf } from './own-words';

const tones: Record<string, Tone> = { good: 'on', stale: 'open', failing: 'open', importing: 'half' };

/** Whether a feed can be relied on. One that is not used is not red, however old it is. */
export function FeedState({ feed }: { feed: Feed }): ReactNode {
  const t = useFeedWords();
  const imported = feed.good_at !== null && feed.good_at !== undefined;
  if (!feed.enabled && !imported && feed.state !== 'importing' && feed.state !== 'failing') return <StateWord tone="plain">{t('off')}</StateWord>;
  return <StateWord tone={tones[feed.state] ?? 'plain'}>{wordOf(feedStates, feed.state, (known) => t(`state.${known}`))}</StateWord>;
}
