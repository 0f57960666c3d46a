import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { Survey } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { pathWords } from '@shell/pick/groups';
import { useCan, useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { resultsKey, surveysKey, useKeep } from './queries';
import { Results } from './results';
import { SurveyStateWord } from './states';
import css from './surveys.module.css';
import { usePageWords } from './page-words';

interface Props {
  survey: Survey;
  onCopied: (copy: Survey) => void;
  onRemoved: () => void;
}

function Facts({ survey }: { survey: Survey }): ReactNode {
  const t = useWords('surveys');
  const p = usePageWords();
  const marks = useMarks();
  const { organisation } = useSession();
  const ended = survey.state !== 'open';
  return (
    <Section title={p('results.facts')}>
      <KeyValues
        facts={[
          { label: t('column.state'), value: <SurveyStateWord survey={survey} /> },
          { label: t('column.answered'), value: t('answered_of', { answered: survey.answered, asked: survey.asked }) },
          { label: t('column.kind'), value: t(survey.anonymous ? 'anonymous' : 'named') },
          { label: p('results.sent'), value: <ExactTime at={survey.opened_at} /> },
          { label: p(ended ? 'results.ended' : 'results.ends'), value: <ExactTime at={survey.ends_at} /> },
          { label: p('results.erase'), value: <ExactTime at={survey.erase_at} /> },
          { label: p('results.reminders'), value: p('results.times', { count: survey.reminders }) },
          { label: p('results.groups'), value: marks.list(survey.groups.map(({ path }) => (path ? pathWords({ path, name: organisation.name }) : p('draft.gone')))) },
          { label: p('results.people'), value: marks.list(survey.people.map(({ name }) => name ?? p('draft.gone'))) },
          { label: t('column.by'), value: survey.created_by },
        ]}
      />
    </Section>
  );
}

/** What came of a survey that was sent, and what can still be done with it. */
export function Outcome({ survey, onCopied, onRemoved }: Props): ReactNode {
  const p = usePageWords();
  const language = useLanguage();
  const keep = useKeep();
  const client = useQueryClient();
  const mayWrite = useCan('surveys.write');
  const { id } = survey;
  const params = { params: { path: { id } } };
  // Each reading of named answers is written down: it is not read again by itself.
  const results = useQuery({
    queryKey: resultsKey(id),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    queryFn: () => answered(api.GET('/api/v1/surveys/{id}/results', params)),
  });
  const remind = useMutation({ mutationFn: () => answered(api.POST('/api/v1/surveys/{id}/remind', params)), onSuccess: keep });
  const copy = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/surveys/{id}/copy', params)),
    onSuccess: async (made) => {
      await keep(made);
      onCopied(made);
    },
  });
  const hits = p('results.hits', { count: survey.answered });
  const hasFile = survey.state !== 'erased' && results.data !== undefined && results.data.answered > 0 && !results.data.withheld;
  const failure = remind.error ?? copy.error;
  return (
    <Columns
      main={
        <Await query={results} lines={12}>
          {(data) => <Results survey={survey} results={data} />}
        </Await>
      }
      side={
        <>
          <Facts survey={survey} />
          <Section title={p('results.acts')}>
            <div className={css['acts']}>
              {hasFile && (
                <p>
                  <a className="t" href={`/api/v1/surveys/${id}/answers.csv?language=${language}`} download>
                    {p('results.csv')}
                  </a>
                </p>
              )}
              {mayWrite && (
                <>
                  <Acts>
                    {survey.state === 'open' && survey.answered < survey.asked && (
                      <Button
                        icon="bell"
                        busy={remind.isPending}
                        onClick={() => {
                          remind.mutate();
                        }}
                      >
                        {p('results.remind')}
                      </Button>
                    )}
                    <Button
                      icon="copy"
                      busy={copy.isPending}
                      onClick={() => {
                        copy.mutate();
                      }}
                    >
                      {p('results.copy')}
                    </Button>
                  </Acts>
                  <p role="status" className="sm sub">
                    {remind.isSuccess && p('results.reminded')}
                  </p>
                  {failure && <Failed error={failure} />}
                  {survey.state === 'open' ? (
                    <ConfirmAct
                      key="close"
                      act={p('results.close')}
                      withReason={false}
                      consequence={{ hits, stops: p('results.close_stops'), stays: p('results.close_stays'), undo: p('results.close_undo') }}
                      onConfirm={async () => keep(await answered(api.POST('/api/v1/surveys/{id}/close', params)))}
                    />
                  ) : (
                    <ConfirmAct
                      key="remove"
                      act={p('results.remove')}
                      withReason={false}
                      consequence={{ hits, stops: p('results.remove_stops'), stays: p('results.remove_stays'), undo: p('results.remove_undo') }}
                      onConfirm={async () => {
                        await answered(api.DELETE('/api/v1/surveys/{id}', { ...params, ...ifMatch(survey.etag) }));
                        await client.invalidateQueries({ queryKey: surveysKey });
                        onRemoved();
                      }}
                    />
                  )}
                </>
              )}
            </div>
          </Section>
        </>
      }
    />
  );
}
