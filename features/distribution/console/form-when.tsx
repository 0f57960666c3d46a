import { NumberInput, TextInput } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import type { Draft } from './draft';
import type { PartProps } from './form-what';

type Numbers = { [K in keyof Draft]: Draft[K] extends number ? K : never }[keyof Draft];

/** When, with what notice, and how much at most. */
export function FormWhen({ draft, set }: PartProps): ReactNode {
  const t = useWords('distribution');
  const number = (name: Numbers, label: string, max: number, hint?: string): ReactNode => (
    <NumberInput
      label={label}
      description={hint}
      min={0}
      max={max}
      value={Number.isNaN(draft[name]) ? '' : draft[name]}
      onChange={(next) => {
        set({ [name]: next === '' ? NaN : Number(next) });
      }}
    />
  );
  const text = (name: 'starts' | 'windowFrom' | 'noticeText' | 'reason', label: string, type: 'text' | 'time' | 'datetime-local', hint?: string): ReactNode => (
    <TextInput
      type={type}
      label={label}
      description={hint}
      value={draft[name]}
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <>
      <Section title={t('form.when')}>
        <Fields>
          {text('starts', t('form.starts'), 'datetime-local')}
          {number('days', t('form.days'), 90, t('form.days_hint'))}
          {text('windowFrom', t('form.window_from'), 'time', t('form.window_hint'))}
          {draft.windowFrom !== '' && number('windowHours', t('form.window_hours'), 24)}
        </Fields>
      </Section>
      <Section title={t('form.notice')}>
        <Fields>
          {number('noticeMinutes', t('form.notice_minutes'), 1440)}
          {draft.noticeMinutes > 0 && (
            <>
              {number('postponeTimes', t('form.postpone_times'), 10)}
              {draft.postponeTimes > 0 && number('postponeMinutes', t('form.postpone_minutes'), 1440)}
              {text('noticeText', t('form.notice_text'), 'text')}
            </>
          )}
        </Fields>
      </Section>
      <Section title={t('form.more')}>
        <Fields>
          {number('kilobytes', t('form.speed'), 10_000_000)}
          {number('timeoutMinutes', t('form.timeout'), 1440)}
          {number('retries', t('form.retries'), 5)}
          {text('reason', t('form.reason'), 'text')}
        </Fields>
      </Section>
    </>
  );
}
