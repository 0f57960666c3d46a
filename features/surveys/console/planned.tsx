import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Survey } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { draftOf } from './draft';
import { Preview } from './preview';
import { useKeep } from './queries';
import { SurveyStateWord } from './states';
import { usePageWords } from './page-words';

/** A survey that waits for its time, or a draft for somebody who may only look. */
export function Planned({ survey }: { survey: Survey }): ReactNode {
  const t = useWords('surveys');
  const p = usePageWords();
  const keep = useKeep();
  const mayWrite = useCan('surveys.write');
  const recall = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/surveys/{id}/recall', { params: { path: { id: survey.id } } })),
    onSuccess: keep,
  });
  return (
    <Columns
      main={<Preview draft={draftOf(survey)} by={survey.created_by} />}
      side={
        <Section title={p('results.facts')}>
          <KeyValues
            facts={[
              { label: t('column.state'), value: <SurveyStateWord survey={survey} /> },
              { label: p('planned.when'), value: <ExactTime at={survey.starts_at} /> },
              { label: p('draft.who'), value: survey.reach && p('draft.reach', { ...survey.reach }) },
              { label: t('column.by'), value: survey.created_by },
            ]}
          />
          {survey.state === 'planned' && mayWrite && (
            <Acts>
              <Button
                busy={recall.isPending}
                onClick={() => {
                  recall.mutate();
                }}
              >
                {p('planned.recall')}
              </Button>
            </Acts>
          )}
          {recall.error && <Failed error={recall.error} />}
        </Section>
      }
    />
  );
}
