import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Hold } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { ConfirmAct } from '@shell/ui/confirm';
import { SidePanel } from '@shell/ui/panel';
import { ExactTime } from '@shell/ui/time';
import { KeyValues, StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { useScopeWords } from './scope-words';
import { holdsKey } from './use-retention';

/** One hold, and the act that ends it. */
export function HoldPanel({ hold, onClose }: { hold: Hold; onClose: () => void }): ReactNode {
  const t = useWords('events');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const scope = useScopeWords();
  const end = async (reason: string): Promise<void> => {
    await answered(api.POST('/api/v1/events/holds/{id}/end', { params: { path: { id: hold.id } }, body: { reason } }));
    await client.invalidateQueries({ queryKey: holdsKey });
  };
  return (
    <SidePanel
      label={t('holds.panel')}
      title={hold.name}
      state={<StateWord tone={hold.ended_at ? 'plain' : 'on'}>{t(hold.ended_at ? 'holds.ended' : 'holds.holds')}</StateWord>}
      onClose={onClose}
    >
      <KeyValues
        facts={[
          { label: t('holds.reason'), value: hold.reason },
          { label: t('holds.what'), value: scope(hold) },
          { label: t('holds.made'), value: <ExactTime at={hold.created_at} /> },
          { label: t('holds.by'), value: hold.created_by },
          ...(hold.ended_at
            ? [
                { label: t('holds.ended_at'), value: <ExactTime at={hold.ended_at} /> },
                { label: t('holds.ended_by'), value: hold.ended_by },
                { label: t('holds.end_reason'), value: hold.end_reason },
              ]
            : []),
        ]}
      />
      {mayWrite && !hold.ended_at && (
        <ConfirmAct
          act={t('holds.end')}
          consequence={{ hits: t('holds.end_hits'), stops: t('holds.end_stops'), stays: t('holds.end_stays'), undo: t('holds.end_undo') }}
          onConfirm={end}
        />
      )}
    </SidePanel>
  );
}
