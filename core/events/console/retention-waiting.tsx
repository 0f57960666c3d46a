import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { RetentionVersion } from '@shell/api/schema';
import { useSentence, useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Acts, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './retention.module.css';
import { RuleList } from './rule-list';
import { retentionKey } from './use-retention';

/** Rules that are decided and do not hold yet. The `first` ones of a server can be changed, not taken back. */
export function Waiting({ waiting, first }: { waiting: RetentionVersion; first: boolean }): ReactNode {
  const t = useWords('events');
  const sentence = useSentence('events');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const takeBack = useMutation({
    mutationFn: () => answered(api.DELETE('/api/v1/events/retention/waiting')),
    onSuccess: (after) => {
      client.setQueryData(retentionKey, after);
    },
  });
  return (
    <Section title={t('keep.waiting')} note={<StateWord tone="half">{t('keep.not_yet')}</StateWord>}>
      <div className={css['parts']}>
        <p>{sentence(first ? 'keep.first_from' : 'keep.waits_until', { at: <ExactTime at={waiting.takes_effect_at} /> })}</p>
        <RuleList label={t('keep.waiting')} rules={waiting.rules} />
        <p className="xs dim">
          {waiting.created_by === 'server' ? t('keep.by_server') : t('keep.by', { name: waiting.created_by })} <ExactTime at={waiting.created_at} />
        </p>
        {takeBack.error && <Failed error={takeBack.error} />}
        {mayWrite && !first && (
          <Acts>
            <Button
              busy={takeBack.isPending}
              onClick={() => {
                takeBack.mutate();
              }}
            >
              {t('keep.take_back')}
            </Button>
          </Acts>
        )}
      </div>
    </Section>
  );
}
