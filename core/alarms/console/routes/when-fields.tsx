import { Checkbox, NumberInput, Select } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { Choices } from './choices';
import { mostMinutes } from './draft';
import type { PartProps } from './form';

/** When: at once or once a day, and whether only what nobody looks at. */
export function WhenFields({ draft, change, fault }: PartProps): ReactNode {
  const t = useWords('alarms');
  const { minutes } = draft;
  const wrong = minutes === null || minutes < 1 || minutes > mostMinutes;
  const program = draft.place === 'json' || draft.place === 'syslog';
  return (
    <Section title={t('routes.form.when')}>
      <Fields>
        <Choices
          label={t('routes.form.when')}
          choices={[
            { value: 'at_once', label: t('routes.form.at_once'), hint: t(`routes.form.at_once_hint.${program ? 'program' : 'people'}`) },
            { value: 'daily', label: t('routes.form.daily'), hint: t('routes.form.daily_hint') },
          ]}
          value={draft.daily ? 'daily' : 'at_once'}
          onChange={(value) => {
            change({ daily: value === 'daily' });
          }}
        />
        {draft.daily && (
          <Select
            label={t('routes.form.hour')}
            data={Array.from({ length: 24 }, (_, at) => ({ value: String(at), label: t('routes.form.at_hour', { hour: at }) }))}
            value={String(draft.hour)}
            error={fault('hour')}
            onChange={(hour) => {
              change({ hour: Number(hour ?? draft.hour) });
            }}
          />
        )}
        <Checkbox
          label={t('routes.form.late')}
          description={t('routes.form.late_hint')}
          checked={draft.late}
          onChange={(event) => {
            change({ late: event.currentTarget.checked });
          }}
        />
        {draft.late && (
          <NumberInput
            label={t('routes.form.minutes')}
            allowDecimal={false}
            allowNegative={false}
            value={minutes ?? ''}
            error={fault('minutes') ?? (wrong ? t('routes.form.bad_minutes') : undefined)}
            onChange={(value) => {
              change({ minutes: typeof value === 'number' ? value : null });
            }}
          />
        )}
      </Fields>
    </Section>
  );
}
