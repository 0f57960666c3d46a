import { useCan } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import type { ReactNode } from 'react';
import type { Filter } from './api';
import { canRemedy, remedyTarget } from './filter';
import { useTerms } from './own-words';

/** Leads to a new rollout with the machines and packages of `filter`; nothing for who may not roll out, or where nothing can be done. */
export function Remedy({ filter, main = false, small = false, words }: { filter: Filter; main?: boolean; small?: boolean; words?: string }): ReactNode {
  const t = useTerms();
  const mayRollOut = useCan('distribution.write');
  if (!mayRollOut || !canRemedy(filter)) return null;
  return (
    <LinkButton {...remedyTarget(filter)} icon="down" main={main} small={small}>
      {words ?? t('remedy')}
    </LinkButton>
  );
}
