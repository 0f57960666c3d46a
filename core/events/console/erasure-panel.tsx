import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Erasure } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan, useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { Bar, KeyValues, StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { RemovalFacts } from './removal-facts';
import css from './retention.module.css';
import { erasuresKey } from './use-retention';

const tones: Record<string, Tone> = { waiting: 'open', queued: 'half', running: 'half', done: 'on', failed: 'open', cancelled: 'plain' };

export function ErasureState({ erasure }: { erasure: Erasure }): ReactNode {
  const t = useWords('events');
  return <StateWord tone={tones[erasure.state] ?? 'plain'}>{t(`erase.state.${erasure.state as 'done'}`)}</StateWord>;
}

/** What is still to be decided about an erasure: the second administrator's yes, and anybody's stop. */
function Decisions({ erasure }: { erasure: Erasure }): ReactNode {
  const t = useWords('events');
  const client = useQueryClient();
  const { admin } = useSession();
  const own = erasure.asked_by === admin.display_name || erasure.asked_by === admin.name;
  const params = { path: { id: erasure.id } };
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: erasuresKey });
  const cancel = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/events/erasures/{id}/cancel', { params })),
    onSettled: refresh,
  });
  const approve = async (): Promise<void> => {
    await answered(api.POST('/api/v1/events/erasures/{id}/approve', { params }));
    await refresh();
  };
  const rows = erasure.preview?.rows ?? 0;
  return (
    <>
      {erasure.state === 'waiting' && own && <p className="sm sub">{t('erase.second')}</p>}
      {erasure.state === 'waiting' && !own && (
        <ConfirmAct
          act={t('erase.approve')}
          word={t('erase.word')}
          withReason={false}
          consequence={{
            hits: t('keep.rows', { count: rows, number: rows.toLocaleString('en-US') }),
            stops: t('erase.stops'),
            stays: t('erase.stays'),
            undo: t('erase.undo'),
          }}
          onConfirm={approve}
        />
      )}
      {cancel.error && <Failed error={cancel.error} />}
      <Acts>
        <Button
          busy={cancel.isPending}
          onClick={() => {
            cancel.mutate();
          }}
        >
          {t('erase.cancel')}
        </Button>
        {erasure.state === 'running' && <span className="xs dim">{t('erase.cancel_note')}</span>}
      </Acts>
    </>
  );
}

/** One erasure: who ordered it and why, what was seen before, how far it is, what came of it. */
export function ErasurePanel({ erasure, onClose }: { erasure: Erasure; onClose: () => void }): ReactNode {
  const t = useWords('events');
  const mayWrite = useCan('settings.write');
  const { done, total, result, preview } = erasure;
  const far = t('erase.looked_at', { done: done.toLocaleString('en-US'), total: total.toLocaleString('en-US') });
  const open = ['waiting', 'queued', 'running'].includes(erasure.state);
  return (
    <SidePanel label={t('erase.panel')} title={t('erase.of', { name: erasure.person_name })} state={<ErasureState erasure={erasure} />} onClose={onClose}>
      <div className={css['parts']}>
        <KeyValues
          facts={[
            { label: t('holds.reason'), value: erasure.reason },
            { label: t('erase.asked_by'), value: erasure.asked_by },
            { label: t('erase.asked'), value: <ExactTime at={erasure.asked_at} /> },
            ...(erasure.approved_by ? [{ label: t('erase.approved_by'), value: erasure.approved_by }] : []),
            ...(erasure.ended_at ? [{ label: t('erase.ended'), value: <ExactTime at={erasure.ended_at} /> }] : []),
          ]}
        />
        {erasure.state === 'running' && (
          <p className="sm sub" role="status">
            {far} <Bar share={total === 0 ? 0 : done / total} label={far} />
          </p>
        )}
        {result ? <RemovalFacts removed={result} over /> : preview && <RemovalFacts removed={preview} seen={preview} />}
        {erasure.state === 'failed' && (
          <>
            <p className="sm sub">{t('erase.failed')}</p>
            {erasure.error && (
              <p className="xs dim wrap" lang="en">
                {erasure.error}
              </p>
            )}
          </>
        )}
        {erasure.state === 'cancelled' && <p className="sm sub">{t('erase.cancelled')}</p>}
        {mayWrite && open && <Decisions erasure={erasure} />}
      </div>
    </SidePanel>
  );
}
