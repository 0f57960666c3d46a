import type { RemovalSeen, RemovedView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { longDay, now } from '@shell/time';
import { bytes } from '@shell/ui/bytes';
import { KeyValues, type Fact } from '@shell/ui/words';
import type { ReactNode } from 'react';

/** From the oldest day to the newest; a dash where there is none. */
function useSpan(): (seen: Pick<RemovalSeen, 'oldest' | 'newest'>) => string {
  const t = useWords('events');
  const place = usePlace();
  return ({ oldest, newest }) => {
    if (!oldest || !newest) return '';
    const day = (at: string): string => longDay(Date.parse(at), now(), place);
    const [from, to] = [day(oldest), day(newest)];
    return from === to ? from : t('keep.from_to', { from, to });
  };
}

/** How much a removal takes, or took. `seen` also has the days of it. */
export function RemovalFacts({ removed, seen, over = false }: { removed: RemovedView; seen?: RemovalSeen; over?: boolean }): ReactNode {
  const t = useWords('events');
  const span = useSpan();
  const number = (value: number): string => value.toLocaleString('en-US');
  const facts: Fact[] = [
    { label: t(over ? 'keep.went' : 'keep.goes'), value: t('keep.rows', { count: removed.rows, number: number(removed.rows) }) },
    ...(seen ? [{ label: t('keep.days_of'), value: span(seen) }] : []),
    { label: t('keep.held'), value: t('keep.rows', { count: removed.held, number: number(removed.held) }) },
    { label: t('keep.files'), value: t('keep.files_of', { dropped: number(removed.dropped), rewritten: number(removed.rewritten), bytes: bytes(removed.bytes) }) },
  ];
  return <KeyValues facts={facts} />;
}
