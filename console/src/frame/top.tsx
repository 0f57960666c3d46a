import { Menu, useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { Fragment, type ReactNode } from 'react';
import { answered, api } from '../api/client';
import { changeLanguage, useLanguage, useWords } from '../i18n';
import { useJobs } from '../jobs/jobs';
import { forgetAllBut, useSession } from '../session/session';
import { Icon } from '../ui/icons';
import { Go } from '../ui/link';
import { useShownCrumbs } from './crumbs';
import css from './frame.module.css';

function SchemeButton(): ReactNode {
  const t = useWords('shell');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu>
      <Menu.Target>
        <button type="button" className={css['tool']} aria-label={t('scheme.label')} title={t('scheme.label')}>
          <Icon name="scheme" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['auto', 'light', 'dark'] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            leftSection={colorScheme === scheme ? <Icon name="check" /> : <span className={css['blank']} />}
            onClick={() => {
              setColorScheme(scheme);
            }}
          >
            {t(`scheme.${scheme}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function LanguageButton({ remember }: { remember: boolean }): ReactNode {
  const t = useWords('shell');
  const language = useLanguage();
  const other = language === 'ja' ? 'en' : 'ja';
  return (
    <button
      type="button"
      className={css['tool']}
      lang={other}
      aria-label={t('language.switch')}
      onClick={() => {
        void changeLanguage(other);
        if (remember) void api.PATCH('/api/v1/session/preferences', { body: { language: other } });
      }}
    >
      {other === 'en' ? 'English' : '日本語'}
    </button>
  );
}

function PersonMenu(): ReactNode {
  const t = useWords('shell');
  const { admin } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = async (): Promise<void> => {
    await answered(api.DELETE('/api/v1/session'));
    forgetAllBut(client, null);
    await navigate({ to: '/' });
  };
  return (
    <Menu>
      <Menu.Target>
        <button type="button" className={css['tool']} aria-label={t('person.menu', { name: admin.display_name })}>
          <Icon name="people" />
          <span className={css['person']}>{admin.display_name}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{admin.name}</Menu.Label>
        <Menu.Item onClick={() => void navigate({ to: '/account' })}>{t('person.account')}</Menu.Item>
        <Menu.Item onClick={() => void signOut()}>{t('person.sign_out')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function Top({ onFind }: { onFind: () => void }): ReactNode {
  const t = useWords('shell');
  const crumbs = useShownCrumbs();
  const running = useJobs().filter((job) => job.state === 'running').length;
  return (
    <div className={css['top']}>
      <nav aria-label={t('crumbs')} className={css['crumbs']}>
        {crumbs.map((crumb, at) => (
          <Fragment key={`${crumb.label}${String(at)}`}>
            {at > 0 && <span aria-hidden="true">/</span>}
            {crumb.to !== undefined && at < crumbs.length - 1 ? (
              <Go to={crumb.to} search={crumb.search ?? {}}>
                {crumb.label}
              </Go>
            ) : (
              <span aria-current={at === crumbs.length - 1 ? 'page' : undefined}>{crumb.label}</span>
            )}
          </Fragment>
        ))}
      </nav>
      <div className={css['tools']}>
        <button type="button" className={css['find']} onClick={onFind}>
          <Icon name="find" />
          <span>{t('find.label')}</span>
          <kbd>Ctrl K</kbd>
        </button>
        {running > 0 && (
          <span className="sm nw">
            <Icon name="down" /> {t('jobs.running', { count: running })}
          </span>
        )}
        <LanguageButton remember />
        <SchemeButton />
        <PersonMenu />
      </div>
    </div>
  );
}
