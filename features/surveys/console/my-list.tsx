import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { usePlace, useSession } from '@shell/session/session';
import { exact } from '@shell/time';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Await, Empty } from '@shell/ui/states';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { mySurveysKey } from './queries';
import css from './surveys.module.css';

/** What somebody is asked: what waits for an answer comes first. */
export default function MySurveys(): ReactNode {
  const t = useWords('surveys');
  const place = usePlace();
  const { admin } = useSession();
  const query = useQuery({ queryKey: mySurveysKey, queryFn: () => answered(api.GET('/api/v1/me/surveys')) });
  return (
    <>
      <PageHead room="me" title="surveys:mine.title" />
      <Await query={query} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>{t(admin.role === 'employee' ? 'mine.none' : 'mine.console')}</Empty>
          ) : (
            <ul className={css['mine']}>
              {items.map((survey) => (
                <li key={survey.id}>
                  <Go to={`/me/surveys/${survey.id}`} className="t">
                    {survey.title}
                  </Go>
                  <StateWord tone={survey.open && !survey.answered ? 'half' : 'plain'}>
                    {t(survey.answered ? 'mine.done' : survey.open ? 'mine.todo' : 'mine.over')}
                  </StateWord>
                  <span className="sm dim">{survey.ends_at && survey.open ? t('mine.until', { time: exact(Date.parse(survey.ends_at), place) }) : ''}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </>
  );
}
