import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { RecordedFeature } from '@shell/api/schema';
import { useLanguage, useLooseWords, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import type { Namespace } from '@shell/i18n/words';
import { useSession } from '@shell/session/session';
import { duration } from '@shell/time';
import { LinkButton } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Columns, Section, Stack } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './me.module.css';

/** What one feature records, each thing in the feature's own words (`recorded.<item>`), for how long, and who may look. */
function Recorded({ feature }: { feature: RecordedFeature }): ReactNode {
  const t = useWords('people');
  const s = useWords('shell');
  const own = useLooseWords(feature.feature.replaceAll('_', '-') as Namespace);
  const language = useLanguage();
  const marks = useMarks();
  const places = [...new Set(feature.items.flatMap((item) => item.endpoints.map((endpoint) => endpoint.hostname)))];
  return (
    <Section title={feature.title[language]}>
      <div className={css['recorded']}>
        <ul className={css['items']}>
          {feature.items.map(({ item }) => (
            <li key={item}>{own(`recorded.${item}`, item)}</li>
          ))}
        </ul>
        <KeyValues
          facts={[
            { label: t('me.kept'), value: feature.retention_days ? duration(feature.retention_days * 86_400, language) : t('me.kept_open') },
            { label: t('me.viewers'), value: marks.list(feature.viewers.map((role) => s(`roles.${role}`))) },
            { label: t('me.where'), value: marks.list(places) },
          ]}
        />
      </div>
    </Section>
  );
}

function Endpoints(): ReactNode {
  const t = useWords('people');
  const query = useQuery({ queryKey: ['me'], queryFn: () => answered(api.GET('/api/v1/me')) });
  return (
    <Section title={t('me.endpoints')}>
      <Await query={query} lines={3}>
        {({ accounts }) =>
          accounts.length === 0 ? (
            <p className="sm sub">{t('me.no_endpoints')}</p>
          ) : (
            <ul className={css['endpoints']}>
              {accounts.map((account) => (
                <li key={account.id}>
                  <b>{account.endpoint.hostname}</b> {account.here && <span className="dim sm">{t('me.here')}</span>}
                  <p className="sm sub">
                    {account.name} <span className="dim">{t('me.seen')}</span> <RelativeTime at={account.last_seen} />
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </Section>
  );
}

/** An employee's own page: what is recorded about them, where, for how long, and who may look. */
export default function Me(): ReactNode {
  const t = useWords('people');
  const s = useWords('shell');
  const { admin, organisation } = useSession();
  const query = useQuery({ queryKey: ['me-recorded'], queryFn: () => answered(api.GET('/api/v1/me/recorded')) });
  return (
    <>
      <PageHead room="me" title="people:me.title" />
      <p className={css['lead']}>{t('me.lead', { name: admin.display_name, organisation: organisation.name || s('this_organisation') })}</p>
      <Columns
        main={
          <Await query={query} lines={12}>
            {({ features }) =>
              features.length === 0 ? (
                <Empty>{t('me.nothing')}</Empty>
              ) : (
                <Stack>
                  {features.map((feature) => (
                    <Recorded key={feature.feature} feature={feature} />
                  ))}
                </Stack>
              )
            }
          </Await>
        }
        side={
          <>
            <Endpoints />
            <Section title={t('me.look')}>
              <p className="sm sub">{t('me.look_hint')}</p>
              <br />
              <LinkButton to="/me/events">{t('mine.title')}</LinkButton>
            </Section>
          </>
        }
      />
    </>
  );
}
