import { PasswordInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { ApiError, answered, api } from '../api/client';
import type { SessionView } from '../api/schema';
import { LanguageButton } from '../frame/top';
import { changeLanguage, useLanguage, useWords } from '../i18n';
import { Button } from '../ui/button';
import { forgetAllBut } from './session';
import { wantedPage } from './wanted-page';
import css from './sign-in.module.css';

type Refusal = 'wrong' | 'locked' | 'code_wrong' | 'link' | 'unreachable' | 'oidc_failed' | 'oidc_no_account';

/** What the identity provider's way back says in the address, if it led here because it came to nothing. */
function cameBack(): Refusal | null {
  const word = new URLSearchParams(location.search).get('oidc');
  return word === 'no_account' ? 'oidc_no_account' : word === null ? null : 'oidc_failed';
}

/** The way in through the organisation's identity provider, where there is one. */
function Provider(): ReactNode {
  const t = useWords('shell');
  const { data } = useQuery({ queryKey: ['session-methods'], staleTime: Infinity, queryFn: () => answered(api.GET('/api/v1/session/methods')) });
  if (!data?.oidc) return null;
  return (
    <>
      <p className={css['or']}>{t('sign_in.or')}</p>
      <a className={css['provider']} href={data.oidc.start}>
        {t('sign_in.with', { name: data.oidc.name })}
      </a>
    </>
  );
}

/** The page in front of every other: the mark, the organisation's door, nothing else. */
export function Door({ title, children }: { title: string; children: ReactNode }): ReactNode {
  useEffect(() => {
    document.title = `${title} - Yagura`;
  }, [title]);
  return (
    <div className={css['door']}>
      <header className={css['bar']}>
        <span className={css['seal']} aria-hidden="true">
          櫓
        </span>
        <b>Yagura</b>
        <span className={css['right']}>
          <LanguageButton remember={false} />
        </span>
      </header>
      <main className={css['middle']}>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}

function useArrive(): (session: SessionView) => Promise<void> {
  const client = useQueryClient();
  const language = useLanguage();
  return async (session) => {
    if (session.admin.language !== language) await changeLanguage(session.admin.language === 'en' ? 'en' : 'ja');
    forgetAllBut(client, session);
  };
}

function refusalOf(error: unknown): Refusal | 'code' {
  if (!(error instanceof ApiError) || error.problem.status !== 401) return 'unreachable';
  const code = error.codesAt('/code');
  if (code.includes('required')) return 'code';
  if (code.length > 0) return 'code_wrong';
  return error.codesAt('/name').includes('locked') ? 'locked' : 'wrong';
}

export function SignIn(): ReactNode {
  const t = useWords('shell');
  const arrive = useArrive();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const [refusal, setRefusal] = useState(cameBack);
  const [busy, setBusy] = useState(false);
  const codeField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (asksCode) codeField.current?.focus();
  }, [asksCode]);

  const submit = async (): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    try {
      const body = { name, password, ...(asksCode ? { code: code.replaceAll(/\s/g, '') } : {}) };
      await arrive(await answered(api.POST('/api/v1/session', { body })));
    } catch (error) {
      const why = refusalOf(error);
      if (why === 'code') setAsksCode(true);
      else setRefusal(why);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Door title={asksCode ? t('sign_in.code_title') : t('sign_in.title')}>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {asksCode ? (
          <TextInput
            ref={codeField}
            label={t('sign_in.code')}
            description={t('sign_in.code_hint')}
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => {
              setCode(event.currentTarget.value);
            }}
          />
        ) : (
          <>
            <TextInput
              label={t('sign_in.name')}
              autoComplete="username"
              autoCapitalize="none"
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
            />
            <PasswordInput
              label={t('sign_in.password')}
              autoComplete="current-password"
              visibilityToggleButtonProps={{ 'aria-label': t('sign_in.show_password') }}
              value={password}
              onChange={(event) => {
                setPassword(event.currentTarget.value);
              }}
            />
          </>
        )}
        <p role="alert" className={css['refusal']}>
          {refusal === null ? '' : t(`sign_in.refused.${refusal}`)}
        </p>
        <Button main type="submit" busy={busy} disabled={asksCode ? code === '' : name === '' || password === ''}>
          {t('sign_in.act')}
        </Button>
        {asksCode && (
          <button
            type="button"
            className="t sm"
            onClick={() => {
              setAsksCode(false);
              setRefusal(null);
              setCode('');
            }}
          >
            {t('sign_in.back')}
          </button>
        )}
      </form>
      {!asksCode && <Provider />}
      <p className={css['help']}>{t('sign_in.help')}</p>
    </Door>
  );
}

/** The way in through a one-time link. The token stands behind the #, so it never reaches a log on the way. */
export function SignInByLink({ token, onRefused }: { token: string; onRefused: () => void }): ReactNode {
  const t = useWords('shell');
  const arrive = useArrive();
  const [refused, setRefused] = useState(false);
  const [busy, setBusy] = useState(false);
  const consume = async (): Promise<void> => {
    setBusy(true);
    try {
      const session = await answered(api.POST('/api/v1/session/link', { body: { token } }));
      history.replaceState(null, '', wantedPage(location.search));
      await arrive(session);
    } catch {
      history.replaceState(null, '', '/sign-in');
      setRefused(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Door title={t('sign_in.link_title')}>
      <div className={css['form']}>
        <p role={refused ? 'alert' : undefined}>{refused ? t('sign_in.refused.link') : t('sign_in.link_hint')}</p>
        {refused ? (
          <Button onClick={onRefused}>{t('sign_in.with_password')}</Button>
        ) : (
          // A press and not the mere opening: a mail scanner that follows the link must not use it up.
          <Button main busy={busy} onClick={() => void consume()}>
            {t('sign_in.act')}
          </Button>
        )}
      </div>
    </Door>
  );
}
