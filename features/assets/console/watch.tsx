import { Checkbox } from '@mantine/core';
import { api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { AssetWatch } from '@shell/api/schema';
import { useCan, useSession } from '@shell/session/session';
import { Amount, Switch } from '@shell/settings/fields';
import { SettingsForm, type Edit } from '@shell/settings/form';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Section } from '@shell/ui/section';
import { Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { parts, useLedgerWords } from './ledger-words';

function Parts({ edit }: { edit: Edit<AssetWatch> }): ReactNode {
  const t = useLedgerWords();
  const { value, set, readOnly } = edit;
  return parts.map((part) => (
    <Checkbox
      key={part}
      label={t(`part.${part}`)}
      checked={value.changes.includes(part)}
      disabled={readOnly}
      onChange={(event) => {
        const wanted = event.currentTarget.checked;
        set({ ...value, changes: parts.filter((one) => (one === part ? wanted : value.changes.includes(one))) });
      }}
    />
  ));
}

/** Which alarms about assets are raised. */
export default function Watch(): ReactNode {
  const t = useLedgerWords();
  const mayWrite = useCan('assets.write');
  const limited = Boolean(useSession().admin.groups);
  return (
    <>
      <PageHead room="assets" title="assets:watch" lead={t('watch.lead')} />
      {limited && <Remark>{t('watch.limited')}</Remark>}
      <SettingsForm
        queryKey={['assets', 'watch']}
        read={() => api.GET('/api/v1/assets/watch')}
        write={(etag, body) => api.PUT('/api/v1/assets/watch', { ...ifMatch(etag), body })}
        bounds={{ '/new_software/learning_days': [0, 90], '/full_disk/percent': [50, 99], '/unreachable/rounds': [1, 100], '/toner_low/percent': [1, 50], '/ends/days': [1, 730] }}
        readOnly={!mayWrite || limited}
        lines={14}
      >
        {(edit) => (
          <>
            <Section title={t('watch.changes')}>
              <Fields>
                <p className="sm sub">{t('watch.changes_hint')}</p>
                <Parts edit={edit} />
                <Switch edit={edit} place="/new_software/on" label={t('watch.new_software')} />
                <Amount edit={edit} place="/new_software/learning_days" label={t('watch.learning')} unit={t('watch.days')} />
              </Fields>
            </Section>
            <Section title={t('watch.lasting')}>
              <Fields>
                <Switch edit={edit} place="/full_disk/on" label={t('watch.full_disk')} />
                <Amount edit={edit} place="/full_disk/percent" label={t('watch.percent')} unit="%" />
                <Switch edit={edit} place="/address_twice/on" label={t('watch.address_twice')} />
                <Switch edit={edit} place="/unreachable/on" label={t('watch.unreachable')} />
                <Amount edit={edit} place="/unreachable/rounds" label={t('watch.rounds')} unit={t('watch.rounds_unit')} />
                <Switch edit={edit} place="/toner_low/on" label={t('watch.toner_low')} />
                <Amount edit={edit} place="/toner_low/percent" label={t('watch.toner_left')} unit="%" />
                <Switch edit={edit} place="/ends/on" label={t('watch.ends')} />
                <Amount edit={edit} place="/ends/days" label={t('watch.days_before')} unit={t('watch.days')} />
              </Fields>
            </Section>
          </>
        )}
      </SettingsForm>
    </>
  );
}
