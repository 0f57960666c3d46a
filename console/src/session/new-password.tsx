import { PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError, answered, api } from '../api/client';
import { useWords } from '../i18n';
import { Button } from '../ui/button';
import { sessionKey } from './session';
import { Door } from './sign-in';
import css from './sign-in.module.css';

const shortest = 12;

/** A new password twice; the present one too unless a one-time link has just been used. */
export function PasswordForm({ asksCurrent, onDone }: { asksCurrent: boolean; onDone: () => void }): ReactNode {
  const t = useWords('shell');
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const differs = again !== '' && again !== fresh;
  const toggle = { 'aria-label': t('sign_in.show_password') };

  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await answered(
        api.POST('/api/v1/session/password', { body: { new: fresh, ...(asksCurrent ? { current } : {}) } }),
      );
      onDone();
    } catch (caught) {
      const wrong = caught instanceof ApiError && caught.codesAt('/current').length > 0;
      setError(wrong ? t('password.current_wrong') : caught instanceof ApiError ? caught.problem.detail : String(caught));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className={asksCurrent ? css['inner'] : css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {asksCurrent && (
        <PasswordInput
          label={t('password.current')}
          autoComplete="current-password"
          visibilityToggleButtonProps={toggle}
          value={current}
          onChange={(event) => {
            setCurrent(event.currentTarget.value);
          }}
        />
      )}
      <PasswordInput
        label={t('password.new')}
        description={t('password.rule', { count: shortest })}
        autoComplete="new-password"
        visibilityToggleButtonProps={toggle}
        value={fresh}
        onChange={(event) => {
          setFresh(event.currentTarget.value);
        }}
      />
      <PasswordInput
        label={t('password.again')}
        autoComplete="new-password"
        visibilityToggleButtonProps={toggle}
        error={differs ? t('password.differs') : null}
        value={again}
        onChange={(event) => {
          setAgain(event.currentTarget.value);
        }}
      />
      <p role="alert" className="sm">
        {error ?? ''}
      </p>
      <Button
        main
        type="submit"
        busy={busy}
        disabled={fresh.length < shortest || fresh !== again || (asksCurrent && current === '')}
      >
        {t('password.act')}
      </Button>
    </form>
  );
}

export function ForcedPassword(): ReactNode {
  const t = useWords('shell');
  const client = useQueryClient();
  return (
    <Door title={t('password.forced_title')}>
      <p className="sm sub">{t('password.forced_why')}</p>
      <br />
      <PasswordForm
        asksCurrent={false}
        onDone={() => void client.invalidateQueries({ queryKey: sessionKey })}
      />
    </Door>
  );
}
