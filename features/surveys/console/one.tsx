import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import type { Survey } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { useCrumbs } from '@shell/ui/page';
import { Await, NoPermission } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { Editor } from './editor';
import { Outcome } from './outcome';
import { Planned } from './planned';
import { surveyKey } from './queries';
import css from './surveys.module.css';
import { usePageWords } from './page-words';

/** A survey: written while it is a draft, read once it is sent. */
export default function One(): ReactNode {
  const t = useWords('surveys');
  const p = usePageWords();
  const { id = '' } = useParams({ strict: false });
  const mayWrite = useCan('surveys.write');
  const navigate = useNavigate();
  const isNew = id === 'new';
  const query = useQuery({
    queryKey: surveyKey(id),
    enabled: !isNew,
    queryFn: () => answered(api.GET('/api/v1/surveys/{id}', { params: { path: { id } } })),
  });
  const name = isNew ? p('draft.new') : (query.data?.title ?? '');
  useCrumbs('people', [{ label: t('title'), to: '/surveys' }, { label: name }]);
  const leave = (): void => void navigate({ to: '/surveys' });
  const open = (made: Survey): void => void navigate({ to: `/surveys/${made.id}` });
  return (
    <>
      <h1 className={css['title']}>{name}</h1>
      {isNew ? (
        mayWrite ? (
          <Editor key="new" seen={null} onMade={open} onRemoved={leave} />
        ) : (
          <NoPermission />
        )
      ) : (
        <Await query={query} lines={12}>
          {(survey) =>
            survey.state === 'draft' && mayWrite ? (
              <Editor key={`${id}-draft`} seen={survey} onMade={open} onRemoved={leave} onReload={async () => (await query.refetch()).data ?? null} />
            ) : survey.state === 'draft' || survey.state === 'planned' ? (
              <Planned survey={survey} />
            ) : (
              <Outcome survey={survey} onCopied={open} onRemoved={leave} />
            )
          }
        </Await>
      )}
    </>
  );
}
