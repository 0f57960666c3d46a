import { answered, api } from '@shell/api/client';
import type { GrantView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { pointerWords, useNames } from '@shell/schema-form/names';
import { ConfirmAct } from '@shell/ui/confirm';
import { differences } from '@shell/ui/diff';
import { JsonDiff } from '@shell/ui/json-diff';
import { SidePanel } from '@shell/ui/panel';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { NewGrant } from './new-grant';
import { useFeatureTitle } from './queries';

interface Props {
  grant: GrantView | null;
  readOnly: boolean;
  onClose: () => void;
  onChanged: (grant: GrantView) => Promise<void>;
}

function Shown({ grant, readOnly, onChanged }: { grant: GrantView } & Pick<Props, 'readOnly' | 'onChanged'>): ReactNode {
  const t = useWords('policy');
  const title = useFeatureTitle();
  const names = useNames(grant.feature);
  return (
    <>
      <KeyValues
        facts={[
          { label: t('grants.feature'), value: title(grant.feature) },
          { label: t('grants.state_word'), value: t(`grants.state.${grant.state}`) },
          { label: t('grants.reason'), value: grant.reason },
          { label: t('grants.by'), value: grant.created_by },
          { label: t('grants.starts'), value: <ExactTime at={grant.starts_at} /> },
          { label: t('grants.expires'), value: <ExactTime at={grant.expires_at} /> },
          { label: t('grants.revoked'), value: <ExactTime at={grant.revoked_at} /> },
        ]}
      />
      <br />
      <JsonDiff diff={differences({}, grant.value)} name={(pointer) => pointerWords(names, pointer)} />
      <br />
      {!readOnly && (grant.state === 'active' || grant.state === 'waiting') && (
        <ConfirmAct
          act={t('grants.revoke')}
          consequence={{
            hits: grant.scope_label,
            stops: t('grants.revoke_stops'),
            stays: t('grants.revoke_stays'),
            undo: t('grants.revoke_undo'),
          }}
          onConfirm={async (reason) => {
            await onChanged(await answered(api.POST('/api/v1/grants/{id}/revoke', { params: { path: { id: grant.id } }, body: { reason } })));
          }}
        />
      )}
    </>
  );
}

/** A permission in full, or the form for a new one. */
export function GrantPanel({ grant, readOnly, onClose, onChanged }: Props): ReactNode {
  const t = useWords('policy');
  return (
    <SidePanel label={t('grants.panel')} title={grant?.scope_label ?? t('grants.add')} onClose={onClose}>
      {grant ? <Shown grant={grant} readOnly={readOnly} onChanged={onChanged} /> : <NewGrant onMade={onChanged} />}
    </SidePanel>
  );
}
