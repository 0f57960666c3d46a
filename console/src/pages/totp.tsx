import { PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '../api/client';
import { useWords } from '../i18n';
import { sessionKey, useSession } from '../session/session';
import { Button } from '../ui/button';
import { ConfirmAct } from '../ui/confirm';
import { Copyable } from '../ui/copyable';
import { Section } from '../ui/section';
import { Remark } from '../ui/words';
import { useState, type ReactNode } from 'react';
import css from './account.module.css';

interface Key {
  secret: string;
  uri: string;
}

/** Turning the second step on: key, check, recovery codes; and turning it off again. */
export function Totp(): ReactNode {
  const t = useWords('shell');
  const client = useQueryClient();
  const { admin } = useSession();
  const [key, setKey] = useState<Key | null>(null);
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState(false);
  const [recovery, setRecovery] = useState<string[] | null>(null);
  const [password, setPassword] = useState('');

  const confirm = async (): Promise<void> => {
    setWrong(false);
    try {
      const found = await answered(api.POST('/api/v1/session/totp/confirm', { body: { code } }));
      setRecovery(found.recovery_codes);
      setKey(null);
      await client.invalidateQueries({ queryKey: sessionKey });
    } catch {
      setWrong(true);
    }
  };
  return (
    <Section title={t('account.totp')}>
      <div className={css['steps']}>
        <p>{t(admin.totp_enabled ? 'account.totp_on' : 'account.totp_off')}</p>
        {recovery && (
          <Remark title={t('account.totp_recovery')}>
            <ul className={css['codes']}>
              {recovery.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </Remark>
        )}
        {!admin.totp_enabled && !key && (
          <div>
            <Button onClick={() => void answered(api.POST('/api/v1/session/totp')).then(setKey)}>
              {t('account.totp_start')}
            </Button>
          </div>
        )}
        {key && (
          <form
            className={css['steps']}
            onSubmit={(event) => {
              event.preventDefault();
              void confirm();
            }}
          >
            <p>{t('account.totp_scan')}</p>
            <Copyable text={key.secret} label={t('account.totp_secret')} />
            <Copyable text={key.uri} label={t('account.totp_uri')} />
            <TextInput
              label={t('account.totp_code')}
              autoComplete="one-time-code"
              inputMode="numeric"
              value={code}
              error={wrong ? t('account.totp_wrong') : null}
              onChange={(event) => {
                setCode(event.currentTarget.value);
              }}
            />
            <div>
              <Button main type="submit" disabled={code.length < 6}>
                {t('account.totp_confirm')}
              </Button>
            </div>
          </form>
        )}
        {admin.totp_enabled && (
          <>
            <PasswordInput
              label={t('password.current')}
              autoComplete="current-password"
              visibilityToggleButtonProps={{ 'aria-label': t('sign_in.show_password') }}
              value={password}
              onChange={(event) => {
                setPassword(event.currentTarget.value);
              }}
            />
            <ConfirmAct
              act={t('account.totp_stop')}
              withReason={false}
              consequence={{
                hits: t('account.totp_stop_hits'),
                stops: t('account.totp_stop_stops'),
                stays: t('account.totp_stop_stays'),
                undo: t('account.totp_stop_undo'),
              }}
              onConfirm={async () => {
                await answered(api.DELETE('/api/v1/session/totp', { body: { password } }));
                await client.invalidateQueries({ queryKey: sessionKey });
              }}
            />
          </>
        )}
      </div>
    </Section>
  );
}
