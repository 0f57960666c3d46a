import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { EnrolmentToken, CreatedEnrolmentToken } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { isRoot, pathWords, useGroups } from '@shell/pick/groups';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { ShownOnce } from '@shell/ui/shown-once';
import { Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';

const lifetimes = ['86400', '604800', '2592000', '7776000'] as const;

function NewToken({ onMade }: { onMade: (made: CreatedEnrolmentToken) => void }): ReactNode {
  const t = useWords('endpoints');
  const { data: groups = [] } = useGroups();
  const root = groups.find(isRoot);
  const [label, setLabel] = useState('');
  const [group, setGroup] = useState<string | null>(null);
  const [lifetime, setLifetime] = useState<string>('604800');
  const [uses, setUses] = useState<number | string>(30);
  const [approval, setApproval] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      answered(
        api.POST('/api/v1/enrolment-tokens', {
          body: {
            label: label.trim(),
            group_id: group ?? root?.id ?? '',
            needs_approval: approval,
            expires_in_s: Number(lifetime),
            ...(typeof uses === 'number' ? { max_uses: uses } : {}),
          },
        }),
      ),
    onSuccess: onMade,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Fields>
        <TextInput
          label={t('enrolment.label')}
          description={t('enrolment.label_hint')}
          value={label}
          data-autofocus
          onChange={(event) => {
            setLabel(event.currentTarget.value);
          }}
        />
        <GroupSelect label={t('enrolment.group')} fixedOnly value={group ?? root?.id ?? null} onChange={setGroup} />
        <Select
          label={t('enrolment.expires')}
          data={lifetimes.map((value) => ({ value, label: t(`enrolment.lifetime.${value}`) }))}
          value={lifetime}
          onChange={(value) => {
            setLifetime(value ?? '604800');
          }}
        />
        <NumberInput label={t('enrolment.max_uses')} description={t('enrolment.max_uses_hint')} min={1} value={uses} onChange={setUses} />
        <Checkbox
          label={t('enrolment.needs_approval')}
          description={t('enrolment.needs_approval_hint')}
          checked={approval}
          onChange={(event) => {
            setApproval(event.currentTarget.checked);
          }}
        />
        {create.error && <Failed error={create.error} />}
        <Acts>
          <Button main type="submit" busy={create.isPending} disabled={label.trim() === ''}>
            {t('enrolment.create')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}

/** Making a token, its commands once it is made, or what an older one was used for. */
export function EnrolmentPanel({
  token,
  made,
  onMade,
  onChanged,
  onClose,
}: {
  token: EnrolmentToken | null;
  made: CreatedEnrolmentToken | null;
  onMade: (made: CreatedEnrolmentToken) => void;
  onChanged: () => Promise<void>;
  onClose: () => void;
}): ReactNode {
  const t = useWords('endpoints');
  return (
    <SidePanel label={t('enrolment.panel')} title={made?.token.label ?? token?.label ?? t('enrolment.add')} onClose={onClose}>
      {made ? (
        <ShownOnce
          title={t('enrolment.made')}
          hint={t('enrolment.made_once')}
          texts={made.commands.map(({ os, command }) => ({ label: t(`os.${os}`), text: command }))}
        />
      ) : token ? (
        <Fields>
          <KeyValues
            facts={[
              { label: t('list.state'), value: t(`enrolment.state.${token.state}`) },
              { label: t('list.group'), value: pathWords(token.group) },
              { label: t('enrolment.uses'), value: `${String(token.uses)} / ${String(token.max_uses ?? '∞')}` },
              { label: t('enrolment.approval'), value: t(token.needs_approval ? 'enrolment.approval_yes' : 'enrolment.approval_no') },
              { label: t('enrolment.created'), value: <ExactTime at={token.created_at} /> },
              { label: t('enrolment.by'), value: token.created_by },
              { label: t('enrolment.expires'), value: <ExactTime at={token.expires_at} /> },
              { label: t('enrolment.revoked_at'), value: <ExactTime at={token.revoked_at} /> },
            ]}
          />
          {token.state === 'active' && (
            <ConfirmAct
              act={t('enrolment.revoke')}
              withReason={false}
              consequence={{
                hits: t('enrolment.revoke_hits'),
                stops: t('enrolment.revoke_stops'),
                stays: t('enrolment.revoke_stays', { count: token.uses }),
                undo: t('enrolment.revoke_undo'),
              }}
              onConfirm={async () => {
                await answered(api.POST('/api/v1/enrolment-tokens/{id}/revoke', { params: { path: { id: token.id } } }));
                await onChanged();
              }}
            />
          )}
        </Fields>
      ) : (
        <NewToken onMade={onMade} />
      )}
    </SidePanel>
  );
}
