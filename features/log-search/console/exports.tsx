import { Popover } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api, ApiError } from '@shell/api/client';
import type { Export } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace, useSession } from '@shell/session/session';
import { changeJob, startJob } from '@shell/jobs/jobs';
import { AskPurpose } from '@shell/purpose/ask';
import { Button } from '@shell/ui/button';
import { bytes } from '@shell/ui/bytes';
import { Failed } from '@shell/ui/states';
import { Bar } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import css from './log-search.module.css';

type Format = 'csv' | 'ndjson' | 'parquet';
const names: Record<Format, string> = { csv: 'CSV', ndjson: 'NDJSON', parquet: 'Parquet' };
const key = ['log-search-exports'];
const everyMs = 1000;

const list = (): Promise<{ items: Export[] }> => answered(api.GET('/api/v1/log-search/exports'));
const cancel = (id: string): Promise<unknown> => api.POST('/api/v1/log-search/exports/{id}/cancel', { params: { path: { id } } });

/** All that a question finds, as a file. It is made by the server while one goes on working. */
export function ExportButton({ question }: { question: string }): ReactNode {
  const t = useWords('log-search');
  const { language } = usePlace();
  const session = useSession();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  /** What waits for a purpose. */
  const [waiting, setWaiting] = useState<Format | null>(null);
  const found = useQuery({ queryKey: key, enabled: open, refetchInterval: open ? everyMs : false, queryFn: list });

  const follow = (id: string, name: string): void => {
    const job = startJob({
      name,
      who: session.admin.display_name,
      total: 0,
      target: { to: '/events', search: { q: question } },
      cancel: () => void cancel(id),
    });
    const look = async (): Promise<void> => {
      const one = (await list()).items.find((item) => item.id === id);
      if (!one) return;
      if (one.state === 'running' || one.state === 'queued') {
        changeJob(job, { done: one.written, total: one.total ?? one.written });
        setTimeout(() => void look().catch(() => undefined), everyMs);
        return;
      }
      const result = one.state === 'done' ? t('export.done', { count: one.written }) : t(`export.state.${one.state as 'failed'}`);
      changeJob(job, { state: one.state === 'done' ? 'done' : 'failed', done: one.written, result });
      await client.invalidateQueries({ queryKey: key });
    };
    void look().catch(() => undefined);
  };
  const begin = async (format: Format): Promise<void> => {
    setError(null);
    try {
      const one = await answered(api.POST('/api/v1/log-search/exports', { body: { q: question, format, language } }));
      follow(one.id, t('export.job', { format: names[format] }));
      await client.invalidateQueries({ queryKey: key });
    } catch (caught) {
      if (caught instanceof ApiError && caught.problem.code === 'purpose_required') setWaiting(format);
      else setError(caught as Error);
    }
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus width={380}>
      <Popover.Target>
        <Button
          onClick={() => {
            setOpen(!open);
          }}
        >
          {t('export.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={css['form']}>
          <p className="sm sub">{t('export.what')}</p>
          <div className={css['formats']}>
            <Button small onClick={() => void begin('csv')}>
              {t('export.csv')}
            </Button>
            <Button small onClick={() => void begin('ndjson')}>
              {t('export.ndjson')}
            </Button>
            <Button small onClick={() => void begin('parquet')}>
              {t('export.parquet')}
            </Button>
          </div>
          {waiting !== null && (
            <AskPurpose
              onSaid={() => {
                setWaiting(null);
                void begin(waiting);
              }}
            />
          )}
          {error && <Failed error={error} />}
          {(found.data?.items ?? []).length > 0 && <h3>{t('export.mine')}</h3>}
          <ul className={css['exports']}>
            {(found.data?.items ?? []).slice(0, 6).map((one) => (
              <li key={one.id}>
                <span title={one.q}>{one.q === '' ? t('export.everything') : one.q}</span>
                {(one.state === 'running' || one.state === 'queued') && (
                  <>
                    <Bar
                      share={one.total ? one.written / one.total : 0}
                      label={one.state === 'queued' ? t('export.queued') : t('export.progress', { count: one.written })}
                    />
                    <button
                      type="button"
                      className="t"
                      onClick={() => {
                        void cancel(one.id).then(() => client.invalidateQueries({ queryKey: key }));
                      }}
                    >
                      {t('export.cancel')}
                    </button>
                  </>
                )}
                {one.state === 'done' && (
                  <a className="t" href={`/api/v1/log-search/exports/${one.id}/file`} download>
                    {t('export.fetch', { count: one.written, size: bytes(one.bytes ?? 0), format: names[one.format as Format] })}
                  </a>
                )}
                {(one.state === 'failed' || one.state === 'cancelled') && (
                  <span className="dim" title={one.failure ?? undefined}>
                    {t(`export.state.${one.state}`)}
                  </span>
                )}
              </li>
            ))}
          </ul>
          <p className="xs dim">{t('export.kept')}</p>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
