import { useQueryClient } from '@tanstack/react-query';
import { ifMatch } from '@shell/api/if-match';
import { useCan, useSession } from '@shell/session/session';
import { Amount, Switch } from '@shell/settings/fields';
import { SettingsForm } from '@shell/settings/form';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Section } from '@shell/ui/section';
import { Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { api } from './api';
import { useRuleWords } from './own-words';
import css from './parts.module.css';

const clocks = ['exploited', 'critical', 'high', 'medium', 'low'] as const;
const alarms = ['exploited', 'overdue', 'feeds'] as const;
const days = [1, 3650] as const;

/** How fast things are to be fixed, what counts as urgent, and which alarms are raised. */
export default function SettingsPage(): ReactNode {
  const t = useRuleWords();
  const client = useQueryClient();
  const mayWrite = useCan('vulnerabilities.write');
  // What holds for everybody is not decided by who looks after a part.
  const limited = Boolean(useSession().admin.groups);
  return (
    <>
      <PageHead room="weaknesses" title="vulnerabilities:settings" lead={t('settings.lead')} />
      {limited && <Remark>{t('settings.limited')}</Remark>}
      <SettingsForm
        queryKey={['vulnerabilities', 'settings']}
        read={() => api.GET('/api/v1/vulnerabilities/settings')}
        write={(etag, body) => api.PUT('/api/v1/vulnerabilities/settings', { ...ifMatch(etag), body })}
        bounds={{ '/days/exploited': days, '/days/critical': days, '/days/high': days, '/days/medium': days, '/days/low': days, '/emergency_epss': [0, 1] }}
        readOnly={!mayWrite || limited}
        lines={14}
        then={() => client.invalidateQueries({ queryKey: ['vulnerabilities'] })}
      >
        {(edit) => (
          <>
            <Section title={t('settings.days')} note={t('settings.days_note')}>
              <div className={css['days']}>
                {clocks.map((clock) => (
                  <Amount key={clock} edit={edit} place={`/days/${clock}`} label={t(`settings.day.${clock}`)} unit={t('settings.day_unit')} />
                ))}
              </div>
            </Section>
            <Section title={t('settings.counting')}>
              <Fields>
                <Amount edit={edit} place="/emergency_epss" label={t('settings.emergency')} hint={t('settings.emergency_hint')} unit="%" times={100} />
                <Switch edit={edit} place="/red_without_fix" label={t('settings.without_fix')} hint={t('settings.without_fix_hint')} />
              </Fields>
            </Section>
            <Section title={t('settings.alarms')}>
              <Fields>
                {alarms.map((alarm) => (
                  <Switch key={alarm} edit={edit} place={`/alarms/${alarm}`} label={t(`settings.alarm.${alarm}`)} />
                ))}
              </Fields>
            </Section>
          </>
        )}
      </SettingsForm>
    </>
  );
}
