import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { RecordedAboutMe } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { useSession } from '@shell/session/session';
import { duration } from '@shell/time';
import { LinkButton } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Columns, Section, Stack } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './me.module.css';

type Feature = RecordedAboutMe['features'][number];

function Recorded({ feature }: { feature: Feature }): ReactNode {
  const t = useWords('operation-log');
  const s = useWords('shell');
  const language = useLanguage();
  const marks = useMarks();
  return (
    <Section title={feature.title[language]}>
      <div className={css['recorded']}>
        <p>{feature.what[language]}</p>
        <KeyValues
          facts={[
            { label: t('me.why'), value: feature.why[language] },
            { label: t('me.kept'), value: duration(feature.retention_days * 86_400, language) },
            { label: t('me.viewers'), value: marks.list(feature.viewers.map((role) => s(`roles.${role}`))) },
          ]}
        />
      </div>
    </Section>
  );
}

/** The employee's own page: what the company records about them, why, for how long, and who may look. */
export default function Me(): ReactNode {
  const t = useWords('operation-log');
  const { admin, organisation } = useSession();
  const query = useQuery({ queryKey: ['me-recorded'], queryFn: () => answered(api.GET('/api/v1/me/recorded')) });
  return (
    <>
      <PageHead room="me" title="operation-log:me.title" />
      <p className={css['lead']}>{t('me.lead', { name: admin.display_name, organisation: organisation.name })}</p>
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
