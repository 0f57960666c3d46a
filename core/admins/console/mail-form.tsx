import { NumberInput, PasswordInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { MailOauth, MailSettings, Settings } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { MailTest } from './mail-test';

const none: MailSettings = { host: '', port: 587, from: '', password_set: false, tls: 'starttls' };

/** Where tokens come from that are signed in with. */
function TokenFields({ oauth, readOnly, onChange }: { oauth: MailOauth; readOnly: boolean; onChange: (oauth: MailOauth) => void }): ReactNode {
  const t = useWords('admins');
  const s = useWords('shell');
  return (
    <>
      {(['token_url', 'client_id', 'scope'] as const).map((name) => (
        <TextInput
          key={name}
          label={t(`settings.${name}`)}
          description={name === 'scope' ? s('optional') : undefined}
          value={oauth[name] ?? ''}
          disabled={readOnly}
          onChange={(event) => {
            const { scope, ...rest } = { ...oauth, [name]: event.currentTarget.value };
            onChange(scope ? { ...rest, scope } : rest);
          }}
        />
      ))}
    </>
  );
}

/** How mails leave the server, who hears of alarms, and one mail to see that it works. */
export function MailForm({ settings }: { settings: Settings }): ReactNode {
  const t = useWords('admins');
  const s = useWords('shell');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const [mail, setMail] = useState<MailSettings>(settings.mail ?? none);
  const [password, setPassword] = useState('');
  const [recipients, setRecipients] = useState(settings.alarm_recipients);
  const save = useMutation({
    mutationFn: () => {
      const { host, port, from, username = null, tls, oauth = null } = mail;
      return answered(
        api.PATCH('/api/v1/settings', {
          ...ifMatch(settings.etag),
          body: {
            alarm_recipients: recipients,
            mail: host.trim() ? { host, port, from, username, tls, oauth, ...(password ? { password } : {}) } : null,
          },
        }),
      );
    },
    onSuccess: (saved) => {
      setPassword('');
      setMail(saved.mail ?? none);
      client.setQueryData(['settings'], saved);
    },
  });
  const text = (name: 'host' | 'from' | 'username', label: string, description?: string): ReactNode => (
    <TextInput
      label={label}
      description={description}
      value={mail[name] ?? ''}
      disabled={!mayWrite}
      onChange={(event) => {
        const value = event.currentTarget.value;
        setMail({ ...mail, [name]: name === 'username' ? value || null : value });
      }}
    />
  );
  return (
    <>
      <Section title={t('settings.mail')}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <Fields>
            {text('host', t('settings.mail_host'), t('settings.mail_host_hint'))}
            <NumberInput
              label={t('settings.mail_port')}
              min={1}
              max={65_535}
              thousandSeparator=""
              value={mail.port}
              disabled={!mayWrite}
              onChange={(port) => {
                setMail({ ...mail, port: Number(port) });
              }}
            />
            <Select
              label={t('settings.mail_tls')}
              allowDeselect={false}
              data={(['starttls', 'tls', 'none'] as const).map((value) => ({ value, label: t(`settings.tls.${value}`) }))}
              value={mail.tls}
              disabled={!mayWrite}
              onChange={(tls) => {
                setMail({ ...mail, tls: tls ?? 'starttls' });
              }}
            />
            {text('from', t('settings.mail_from'))}
            {text('username', t('settings.mail_user'), s('optional'))}
            <Select
              label={t('settings.mail_way')}
              allowDeselect={false}
              data={(['password', 'token'] as const).map((value) => ({ value, label: t(`settings.mail_by.${value}`) }))}
              value={mail.oauth ? 'token' : 'password'}
              disabled={!mayWrite}
              onChange={(way) => {
                setMail({ ...mail, oauth: way === 'token' ? { token_url: '', client_id: '' } : null });
              }}
            />
            {mail.oauth && <TokenFields oauth={mail.oauth} readOnly={!mayWrite} onChange={(oauth) => { setMail({ ...mail, oauth }); }} />}
            <PasswordInput
              label={t(mail.oauth ? 'settings.mail_secret' : 'settings.mail_password')}
              description={t(mail.password_set ? 'settings.mail_password_set' : 'settings.mail_password_none')}
              autoComplete="off"
              visibilityToggleButtonProps={{ 'aria-label': s('sign_in.show_password') }}
              value={password}
              disabled={!mayWrite}
              onChange={(event) => {
                setPassword(event.currentTarget.value);
              }}
            />
            <TagsInput
              label={t('settings.recipients')}
              description={t('settings.recipients_hint')}
              value={recipients}
              disabled={!mayWrite}
              onChange={setRecipients}
            />
            {save.error && <Failed error={save.error} />}
            {mayWrite && (
              <Acts>
                <Button main={!settings.mail} type="submit" busy={save.isPending} aria-label={t('settings.mail_save')}>
                  {s('save')}
                </Button>
                <span role="status" className="sm sub">
                  {save.isSuccess ? t('settings.saved') : ''}
                </span>
              </Acts>
            )}
          </Fields>
        </form>
      </Section>
      {mayWrite && <MailTest ready={Boolean(settings.mail)} />}
    </>
  );
}
