import { Checkbox, PasswordInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows, type Rows } from '@shell/api/pages';
import type { NewSnmpCredential, SnmpCredential } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useMarks } from '@shell/i18n/marks';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import css from './devices.module.css';
import { auths, privacies, useDeviceWords, versions } from './devices-words';
import { wordOf } from './ledger-words';

const key = ['assets', 'snmp-credentials'] as const;

export function useCredentials(): Rows<SnmpCredential> {
  return useRows(key, () => answered(api.GET('/api/v1/assets/snmp-credentials')));
}

const nothing = { name: '', version: 'v3', community: '', username: '', auth: 'sha256', auth_password: '', privacy: 'aes128', privacy_password: '', unprotected: false };

/** Whether the server would take it; it says the same and more when asked. */
function isComplete(value: typeof nothing): boolean {
  if (value.name.trim() === '') return false;
  if (value.version === 'v2c') return value.community !== '';
  if (value.username === '') return false;
  if (value.auth === 'none') return value.privacy === 'none' && value.unprotected;
  return value.auth_password.length >= 8 && (value.privacy === 'none' || value.privacy_password.length >= 8);
}

/** Only what belongs to the version that was chosen. */
function body(value: typeof nothing): NewSnmpCredential {
  const { name, version, community, ...user } = value;
  return version === 'v2c' ? { name, version, community } : { name, version, ...user };
}

function NewCredential({ onMade }: { onMade: (made: SnmpCredential) => Promise<void> }): ReactNode {
  const t = useDeviceWords();
  const [value, setValue] = useState(nothing);
  const create = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/assets/snmp-credentials', { body: body(value) })),
    onSuccess: async (made) => {
      setValue(nothing);
      await onMade(made);
    },
  });
  const set = (change: Partial<typeof nothing>): void => {
    setValue((now) => ({ ...now, ...change }));
    create.reset();
  };
  const text = (name: 'name' | 'community' | 'username', label: string): ReactNode => (
    <TextInput
      label={label}
      value={value[name]}
      maxLength={200}
      autoComplete="off"
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  const password = (name: 'community' | 'auth_password' | 'privacy_password', label: string, hint?: string): ReactNode => (
    <PasswordInput
      label={label}
      description={hint}
      value={value[name]}
      maxLength={200}
      autoComplete="new-password"
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Fields>
        <p className="sm sub">{t('credential_lead')}</p>
        {text('name', t('credential_name'))}
        <Select
          label={t('version')}
          allowDeselect={false}
          data={versions.map((one) => ({ value: one, label: t(`versions.${one}`) }))}
          value={value.version}
          onChange={(next) => {
            set({ version: oneOf(versions, next ?? undefined) ?? 'v3' });
          }}
        />
        {value.version === 'v2c' ? (
          password('community', t('community'))
        ) : (
          <>
            {text('username', t('username'))}
            <Select
              label={t('auth')}
              allowDeselect={false}
              data={auths.map((one) => ({ value: one, label: t(`auths.${one}`) }))}
              value={value.auth}
              onChange={(next) => {
                const auth = next ?? 'sha256';
                // What is encrypted is signed too, and SHA-1 is too short for the longer key.
                const privacy = auth === 'none' ? 'none' : auth === 'sha1' && value.privacy === 'aes256' ? 'aes128' : value.privacy;
                set({ auth, privacy });
              }}
            />
            {value.auth === 'none' ? (
              <Checkbox
                label={t('unprotected')}
                checked={value.unprotected}
                onChange={(event) => {
                  set({ unprotected: event.currentTarget.checked });
                }}
              />
            ) : (
              <>
                {password('auth_password', t('auth_password'), t('password_hint'))}
                <Select
                  label={t('privacy')}
                  allowDeselect={false}
                  data={privacies.filter((one) => one !== 'aes256' || value.auth !== 'sha1').map((one) => ({ value: one, label: t(`privacies.${one}`) }))}
                  value={value.privacy}
                  onChange={(next) => {
                    set({ privacy: next ?? 'aes128' });
                  }}
                />
                {value.privacy !== 'none' && password('privacy_password', t('privacy_password'), t('password_hint'))}
              </>
            )}
          </>
        )}
        {create.error && <Failed error={create.error} />}
        <Acts>
          <Button main type="submit" busy={create.isPending} disabled={!isComplete(value)}>
            {t('credential_save')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}

/** With what devices are asked: a list of names, and a form for a new one. */
export function Credentials(): ReactNode {
  const t = useDeviceWords();
  const marks = useMarks();
  const client = useQueryClient();
  const rows = useCredentials();
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: key });
  const remove = useMutation({
    mutationFn: (id: string) => answered(api.DELETE('/api/v1/assets/snmp-credentials/{id}', { params: { path: { id } } })),
    onSuccess: refresh,
  });
  return (
    <>
      <ul className={css['credentials']}>
        {rows.items.map((one) => (
          <li key={one.id} className={css['credential']}>
            <b>{one.name}</b>
            <div className="sub">
              {one.version === 'v2c'
                ? t('versions.v2c')
                : marks.facts([one.username, wordOf(auths, one.auth, (auth) => t(`auths.${auth}`)), wordOf(privacies, one.privacy, (privacy) => t(`privacies.${privacy}`))])}
            </div>
            <div className="dim">{one.devices > 0 ? t('credential_devices', { count: one.devices }) : t('credential_unused')}</div>
            {one.devices === 0 && (
              <Button
                onClick={() => {
                  remove.mutate(one.id);
                }}
              >
                {t('credential_remove', { name: one.name })}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {remove.error && <Failed error={remove.error} />}
      <NewCredential onMade={refresh} />
    </>
  );
}
