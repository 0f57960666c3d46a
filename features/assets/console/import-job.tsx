import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { ImportJob } from '@shell/api/schema';
import { Button, LinkButton } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { Bar, KeyValues, Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { jobStates, useImportWords } from './import-words';
import { wordOf } from './ledger-words';
import css from './import.module.css';

function Shown({ job, onAnother }: { job: ImportJob; onAnother: () => void }): ReactNode {
  const t = useImportWords();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/assets/imports/{id}/cancel', { params: { path: { id: job.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['assets', 'imports', job.id] }),
  });
  const running = job.state === 'running';
  const progress = t('progress', { done: job.done, good: job.good });
  return (
    <>
      <div className={css['progress']} role="status">
        <b>{wordOf(jobStates, job.state, (state) => t(`state.${state}`))}</b>
        {job.state !== 'done' && (
          <>
            <Bar share={job.good > 0 ? job.done / job.good : 0} label={progress} />
            <span className="sm sub">{progress}</span>
          </>
        )}
      </div>
      <KeyValues
        facts={[
          { label: t('created'), value: job.created },
          { label: t('updated'), value: job.updated },
          { label: t('left'), value: job.bad },
        ]}
      />
      {!running && job.state !== 'done' && <Remark>{t('again')}</Remark>}
      {cancel.error && <Failed error={cancel.error} />}
      <div className={css['after']}>
        <Acts>
          {running ? (
            <Button
              busy={cancel.isPending}
              onClick={() => {
                cancel.mutate();
              }}
            >
              {t('cancel')}
            </Button>
          ) : (
            <>
              <LinkButton to="/assets">{t('to_ledger')}</LinkButton>
              <Button onClick={onAnother}>{t('another')}</Button>
            </>
          )}
          {!running && job.bad > 0 && (
            <a className="t" href={`/api/v1/assets/imports/${job.id}/bad-rows`} download>
              {t('bad_csv')}
            </a>
          )}
        </Acts>
      </div>
    </>
  );
}

/** A list that is being written down: how far it is, and what came of it. */
export function Job({ id, onAnother }: { id: string; onAnother: () => void }): ReactNode {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['assets', 'imports', id],
    queryFn: async () => {
      const job = await answered(api.GET('/api/v1/assets/imports/{id}', { params: { path: { id } } }));
      if (job.state !== 'running') await client.invalidateQueries({ queryKey: ['assets', 'ledger'] });
      return job;
    },
    refetchInterval: (now) => (now.state.data?.state === 'running' || !now.state.data ? 1_000 : false),
  });
  return (
    <Await query={query} lines={4}>
      {(job) => <Shown job={job} onAnother={onAnother} />}
    </Await>
  );
}
