import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';

/** Sends one mail with the saved settings and shows the mail server's own answer. */
export function MailTest({ ready }: { ready: boolean }): ReactNode {
  const t = useWords('admins');
  const [to, setTo] = useState('');
  const test = useMutation({ mutationFn: () => answered(api.POST('/api/v1/settings/mail-test', { body: { to } })) });
  return (
    <Section title={t('settings.test')} note={ready ? undefined : t('settings.test_first_save')}>
      <Fields>
        <TextInput
          label={t('settings.test_to')}
          type="email"
          value={to}
          disabled={!ready}
          onChange={(event) => {
            setTo(event.currentTarget.value);
          }}
        />
        <div>
          <Button
            busy={test.isPending}
            disabled={!ready || !to.includes('@')}
            onClick={() => {
              test.mutate();
            }}
          >
            {t('settings.test_send')}
          </Button>
        </div>
        <p role="status" className="sm sub wrap">
          {test.data ? `${t(test.data.accepted ? 'settings.test_accepted' : 'settings.test_refused')} ${test.data.detail}` : ''}
        </p>
        {test.error && <Failed error={test.error} />}
      </Fields>
    </Section>
  );
}
