import { Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { PersonSelect } from '@shell/pick/person-select';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { RemovalFacts } from './removal-facts';
import css from './retention.module.css';

/** Asks for one person's events to be erased: whose and why, what that takes, then the order. */
export function NewErasure({ onMade, onClose }: { onMade: (id: string) => Promise<void>; onClose: () => void }): ReactNode {
  const t = useWords('events');
  const [person, setPerson] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const look = useMutation({ mutationFn: (whose: string) => answered(api.POST('/api/v1/events/erasures/preview', { body: { person: whose } })) });
  const seen = look.data;
  const order = async (): Promise<void> => {
    if (person === null || !seen) return;
    const made = await answered(api.POST('/api/v1/events/erasures', { body: { person, reason: reason.trim(), preview: seen.id } }));
    await onMade(made.id);
  };
  return (
    <SidePanel label={t('erase.panel')} title={t('erase.add')} onClose={onClose}>
      <Fields>
        <PersonSelect
          label={t('erase.person')}
          value={null}
          onChange={(id) => {
            setPerson(id);
            // What was seen was of somebody else.
            look.reset();
          }}
        />
        <Textarea
          label={t('holds.reason')}
          value={reason}
          maxLength={500}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        {look.error && <Failed error={look.error} />}
        {seen && (
          <div role="status">
            <Remark title={t('erase.seen')}>
              <div className={css['parts']}>
                <RemovalFacts removed={seen} seen={seen} />
                {seen.held > 0 && <p className="sm sub">{t('erase.held')}</p>}
              </div>
            </Remark>
          </div>
        )}
        <Acts>
          <Button
            main={!seen}
            disabled={person === null || reason.trim() === ''}
            busy={look.isPending}
            onClick={() => {
              if (person !== null) look.mutate(person);
            }}
          >
            {t('keep.estimate')}
          </Button>
        </Acts>
        {seen && reason.trim() !== '' && (
          <ConfirmAct
            act={t('erase.order')}
            word={t('erase.word')}
            withReason={false}
            consequence={{
              hits: t('keep.rows', { count: seen.rows, number: seen.rows.toLocaleString('en-US') }),
              stops: t('erase.stops'),
              stays: t('erase.stays'),
              undo: t('erase.undo'),
            }}
            onConfirm={order}
          />
        )}
      </Fields>
    </SidePanel>
  );
}
