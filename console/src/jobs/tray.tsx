import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import { IconButton } from '../ui/button';
import { Go } from '../ui/link';
import { Bar } from '../ui/words';
import { dropJob, useJobs } from './jobs';
import css from './tray.module.css';

/** One strip at the foot: name, progress, who, cancel. It never covers the page. */
export function Tray(): ReactNode {
  const t = useWords('shell');
  const jobs = useJobs();
  if (jobs.length === 0) return null;
  return (
    <section className={css['tray']} aria-label={t('jobs.label')}>
      <b>{t('jobs.label')}</b>
      <ul>
        {jobs.map((job) => (
          <li key={job.id}>
            {job.target ? (
              <Go {...job.target} className="t">
                {job.name}
              </Go>
            ) : (
              <span>{job.name}</span>
            )}
            {job.state === 'running' ? (
              <>
                <span>
                  {job.done} / {job.total}
                </span>
                <span className={css['bar']}>
                  <Bar share={job.total === 0 ? 0 : job.done / job.total} label={job.name} />
                </span>
              </>
            ) : (
              <span role="status">
                {job.state === 'failed' ? `${t('jobs.failed')} ` : ''}
                {job.result ?? t('jobs.done')}
              </span>
            )}
            <span className="sub">{job.who}</span>
            <IconButton
              name="close"
              label={job.state === 'running' && job.cancel ? t('jobs.cancel') : t('jobs.clear')}
              onClick={() => {
                if (job.state === 'running') job.cancel?.();
                dropJob(job.id);
              }}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
