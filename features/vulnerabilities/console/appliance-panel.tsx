import { TextInput } from '@mantine/core';
import { answered } from '@shell/api/client';
import { GroupSelect } from '@shell/pick/group-select';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Go } from '@shell/ui/link';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { api, type Appliance, type ApplianceBody } from './api';
import { useRuleWords, useTerms } from './own-words';
import css from './parts.module.css';
import { useChange } from './use-change';

/** One device: what it is and which version runs on it, written down or changed. */
export function AppliancePanel({ appliance, onClose }: { appliance: Appliance | null; onClose: () => void }): ReactNode {
  const t = useRuleWords();
  const terms = useTerms();
  const mayWrite = useCan('vulnerabilities.write');
  const [value, setValue] = useState<ApplianceBody>(
    appliance ? { name: appliance.name, group_id: appliance.group_id, product: appliance.product, release: appliance.release } : { name: '', group_id: '', product: '', release: '' },
  );
  // What a device tells itself is not overwritten by hand.
  const readOnly = !mayWrite || appliance?.how === 'snmp';
  const good = [value.name, value.group_id, value.product, value.release].every((text) => text.trim() !== '');
  const save = useChange(
    () =>
      appliance
        ? answered(api.PUT('/api/v1/vulnerabilities/appliances/{id}', { params: { path: { id: appliance.id } }, body: { ...value, version: appliance.version } }))
        : answered(api.POST('/api/v1/vulnerabilities/appliances', { body: value })),
    onClose,
  );
  const remove = useChange(() => answered(api.DELETE('/api/v1/vulnerabilities/appliances/{id}', { params: { path: { id: appliance?.id ?? '' } } })), onClose);
  const text = (name: 'name' | 'product' | 'release', hint?: string): ReactNode => (
    <TextInput
      label={t(`appliances.${name}`)}
      description={hint}
      disabled={readOnly}
      maxLength={200}
      value={value[name]}
      onChange={(event) => {
        setValue({ ...value, [name]: event.currentTarget.value });
      }}
    />
  );
  const title = t(appliance ? 'appliances.one' : 'appliances.new');
  return (
    <SidePanel label={title} title={appliance?.name ?? title} onClose={onClose}>
      <div className={css['blocks']}>
      {appliance?.how === 'snmp' && <Remark>{t('appliances.snmp_only')}</Remark>}
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (good) save.mutate();
        }}
      >
        {text('name')}
        {text('product', t('appliances.product_hint'))}
        {text('release', t('appliances.release_hint'))}
        <GroupSelect
          label={t('appliances.group')}
          fixedOnly
          value={value.group_id || null}
          onChange={(id) => {
            setValue({ ...value, group_id: id ?? '' });
          }}
        />
        {save.error && <Failed error={save.error} />}
        {!readOnly && (
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={!good}>
              {appliance ? terms('save') : t('appliances.add')}
            </Button>
          </Acts>
        )}
      </form>
      {appliance?.asset_id && (
        <p className="sm">
          <Go className="t" to={`/vulnerabilities/machines/${appliance.asset_id}`}>
            {t('appliances.seen')}
          </Go>
        </p>
      )}
      {appliance && !readOnly && (
        <ConfirmAct
          act={t('appliances.remove')}
          withReason={false}
          consequence={{ hits: t('appliances.remove_hits', { name: appliance.name }), stops: t('appliances.remove_stops'), stays: t('appliances.remove_stays'), undo: t('appliances.remove_undo') }}
          onConfirm={() => remove.mutateAsync()}
        />
      )}
      </div>
    </SidePanel>
  );
}
