import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '../api/client';
import { useWords } from '../i18n';
import { useMarks } from '../i18n/marks';
import { browserOf } from '../session/browser';
import { PasswordForm } from '../session/new-password';
import { useSession } from '../session/session';
import { Button } from '../ui/button';
import { useCrumbs } from '../ui/page';
import { Columns, Section } from '../ui/section';
import { Await } from '../ui/states';
import { RelativeTime } from '../ui/time';
import { KeyValues } from '../ui/words';
import { useState, type ReactNode } from 'react';
import css from './account.module.css';
import { Totp } from './totp';

function OwnSessions(): ReactNode {
  const t = useWords('shell');
  const client = useQueryClient();
  const query = useQuery({ queryKey: ['sessions'], queryFn: () => answered(api.GET('/api/v1/sessions')) });
  const nameOf = (agent: string | null | undefined): string => {
    const known = browserOf(agent ?? '');
    return known ? t('browser', known) : (agent ?? t('browser_unknown'));
  };
  const end = async (id: string): Promise<void> => {
    await answered(api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } }));
    await client.invalidateQueries({ queryKey: ['sessions'] });
  };
  return (
    <Section title={t('account.sessions')}>
      <Await query={query} lines={4}>
        {(page) => (
          <ul className={css['sessions']}>
            {page.items.map((row) => (
              <li key={row.id}>
                <div>
                  <p>
                    <span title={row.user_agent ?? undefined}>{nameOf(row.user_agent)}</span> <span className="sm sub">{row.ip}</span>
                  </p>
                  <p className="sm sub">
                    {t('account.session_since')} <RelativeTime at={row.created_at} /> / {t('account.session_used')}{' '}
                    <RelativeTime at={row.last_used_at} />
                  </p>
                </div>
                {row.current ? (
                  <span className="sm dim">{t('account.session_this')}</span>
                ) : (
                  <Button small onClick={() => void end(row.id)} aria-label={`${t('account.session_end')}: ${nameOf(row.user_agent)}`}>
                    {t('account.session_end')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Await>
    </Section>
  );
}

/** Everything about oneself: password, second step, where one is signed in. */
export default function Account(): ReactNode {
  const t = useWords('shell');
  const { admin, organisation } = useSession();
  const marks = useMarks();
  const [changed, setChanged] = useState(false);
  useCrumbs('today', [{ label: t('account.title') }]);
  return (
    <>
      <h1>{t('account.title')}</h1>
      <br />
      <Columns
        main={
          <>
            <OwnSessions />
            <Totp />
          </>
        }
        side={
          <>
            <Section title={t('account.facts')}>
              <KeyValues
                facts={[
                  { label: t('account.name'), value: marks.noted(admin.display_name, admin.name) },
                  { label: t('account.role'), value: t(`roles.${admin.role}`) },
                  { label: t('account.organisation'), value: organisation.name },
                ]}
              />
            </Section>
            <Section title={t('account.password')}>
              {changed ? (
                <p role="status">{t('password.done')}</p>
              ) : (
                <PasswordForm
                  asksCurrent
                  onDone={() => {
                    setChanged(true);
                  }}
                />
              )}
            </Section>
          </>
        }
      />
    </>
  );
}
