import { Switch, TextInput } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { Back } from './back';
import type { PartProps } from './form';

/** What the route is called, and whether it is in use. */
export function NameFields({ draft, change, fault, title }: PartProps & { title: string }): ReactNode {
  const t = useWords('alarms');
  return (
    <Section title={title} note={<Back />}>
      <Fields>
        <TextInput
          label={t('routes.form.name')}
          description={t('routes.form.name_hint')}
          maxLength={100}
          value={draft.name}
          error={fault('name')}
          onChange={(event) => {
            change({ name: event.currentTarget.value });
          }}
        />
        <Switch
          label={t('routes.form.on')}
          checked={draft.on}
          onChange={(event) => {
            change({ on: event.currentTarget.checked });
          }}
        />
      </Fields>
    </Section>
  );
}
