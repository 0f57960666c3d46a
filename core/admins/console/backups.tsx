import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Job, JobState } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { bytes } from '@shell/ui/bytes';
import { Acts } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { Bar, StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './backups.module.css';

const tones: Record<JobState, Tone> = { queued: 'half', running: 'half', done: 'on', failed: 'open', cancelled: 'plain' };
const key = ['backups'] as const;

const isUnderWay = (job: Job): boolean => job.state === 'queued' || job.state === 'running';

function Line({ job, mayWrite }: { job: Job; mayWrite: boolean }): ReactNode {
  const t = useWords('admins');
  const s = useWords('shell');
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/backups/{id}/cancel', { params: { path: { id: job.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
  const words = t('backups.copied', { done: bytes(job.done_bytes), total: bytes(job.total_bytes) });
  return (
    <li>
      <StateWord tone={tones[job.state]}>{t(`backups.state.${job.state}`)}</StateWord>
      <div>
        <p className="wrap">
          {job.error ?? job.folder ?? (job.state === 'running' ? words : '')}
        </p>
        {job.state === 'running' && <Bar share={job.total_bytes === 0 ? 0 : job.done_bytes / job.total_bytes} label={words} />}
        <p className="sm sub">
          {job.asked_by} <RelativeTime at={job.ended_at ?? job.asked_at} />
        </p>
        {cancel.error && <Failed error={cancel.error} />}
      </div>
      {mayWrite && isUnderWay(job) && (
        <Button
          small
          busy={cancel.isPending}
          onClick={() => {
            cancel.mutate();
          }}
        >
          {s('cancel')}
        </Button>
      )}
    </li>
  );
}

/** The last backups of the running server, and one more on demand. `ready` says whether there is a folder for them. */
export function Backups({ ready }: { ready: boolean }): ReactNode {
  const t = useWords('admins');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const query = useQuery({
    queryKey: key,
    queryFn: () => answered(api.GET('/api/v1/backups')),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? 2000 : 60_000),
  });
  const start = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/backups')),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
  return (
    <div className={css['backups']}>
      <Await query={query} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="sm sub">{t(ready ? 'backups.none' : 'backups.first_folder')}</p>
          ) : (
            <ol className={css['list']} aria-label={t('backups.title')}>
              {items.slice(0, 5).map((job) => (
                <Line key={job.id} job={job} mayWrite={mayWrite} />
              ))}
            </ol>
          )
        }
      </Await>
      {start.error && <Failed error={start.error} />}
      {mayWrite && (
        <Acts>
          <Button
            disabled={!ready}
            busy={start.isPending}
            onClick={() => {
              start.mutate();
            }}
          >
            {t('backups.start')}
          </Button>
        </Acts>
      )}
    </div>
  );
}
