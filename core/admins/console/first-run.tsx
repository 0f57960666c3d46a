import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { FirstRun as Steps, StepId } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button, LinkButton } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Await, Failed } from '@shell/ui/states';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { firstRunKey, placeOf, useFirstRun } from './first-run-query';
import css from './first-run.module.css';

function List({ steps }: { steps: Steps['steps'] }): ReactNode {
  const t = useWords('admins');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const skip = useMutation({
    mutationFn: (id: StepId) => answered(api.POST('/api/v1/first-run/{id}/skip', { params: { path: { id } } })),
    onSuccess: (next) => client.setQueryData(firstRunKey, next),
  });
  const next = steps.find((step) => !step.done && !step.skipped);
  return (
    <>
      {skip.error && <Failed error={skip.error} />}
      <ol className={css['steps']}>
        {steps.map((step) => (
          <li key={step.id}>
            <StateWord tone={step.done ? 'on' : 'plain'}>
              {t(step.done ? 'first_run.done' : step.skipped ? 'first_run.skipped' : 'first_run.todo')}
            </StateWord>
            <div>
              <h2>{t(`first_run.step.${step.id}.title`)}</h2>
              <p className="sm sub">{t(`first_run.step.${step.id}.why`)}</p>
              {step.value && <p className="sm wrap">{step.value}</p>}
            </div>
            {mayWrite && !step.done && (
              <div className={css['acts']}>
                {!step.skipped && (
                  <Button
                    small
                    onClick={() => {
                      skip.mutate(step.id);
                    }}
                    aria-label={`${t('first_run.skip')}: ${t(`first_run.step.${step.id}.title`)}`}
                  >
                    {t('first_run.skip')}
                  </Button>
                )}
                <LinkButton small main={step.id === next?.id} to={placeOf[step.id]}>
                  {t('first_run.go')}
                </LinkButton>
              </div>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

export default function FirstRunPage(): ReactNode {
  const t = useWords('admins');
  return (
    <>
      <PageHead room="settings" title="admins:first_run.title" lead={t('first_run.lead')} />
      <Await query={useFirstRun()} lines={14}>
        {({ steps }) => <List steps={steps} />}
      </Await>
    </>
  );
}
