import { useQueryClient } from '@tanstack/react-query';
import { api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { AskPurpose, ownCaseKey, useOwnCase } from '@shell/purpose/ask';
import { AskPurposeButton } from '@shell/purpose/button';
import { usePlace } from '@shell/session/session';
import { clockTime, exact } from '@shell/time';
import { Section } from '@shell/ui/section';
import { Failed, Skeleton } from '@shell/ui/states';
import type { ReactNode } from 'react';
import css from './log-search.module.css';

/**
 * Other people's logs are read for a purpose, said once for a case. Where the organisation wants it said, what follows is
 * shown while a case is open; elsewhere it can be said.
 */
export function ForPurpose({ children }: { children: (line: ReactNode) => ReactNode }): ReactNode {
  const t = useWords('log-search');
  const s = useWords('shell');
  const place = usePlace();
  const client = useQueryClient();
  const found = useOwnCase();
  if (found.error && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton lines={12} />;
  const one = found.data.case;
  if (!one && found.data.required) {
    return (
      <Section title={s('purpose.title')}>
        <AskPurpose />
      </Section>
    );
  }
  if (!one) {
    return children(
      <p className={css['purpose']}>
        <span className="dim">{t('case.none')}</span> <AskPurposeButton />
      </p>,
    );
  }
  const until = Date.parse(one.expires_at);
  return children(
    <p className={css['purpose']}>
      <span className="dim">{t('case.line')}</span> <span>{one.purpose}</span>{' '}
      <span className="dim" title={exact(until, place)}>
        {t('case.until', { time: clockTime(until, place, false) })}
      </span>{' '}
      <button
        type="button"
        className="t"
        onClick={() => {
          void api.DELETE('/api/v1/events/case').then(() => client.invalidateQueries({ queryKey: ownCaseKey }));
        }}
      >
        {t('case.end')}
      </button>
    </p>,
  );
}
