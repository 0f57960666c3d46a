import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Retention } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { bytes } from '@shell/ui/bytes';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { Bar, KeyValues, StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { RemovalFacts } from './removal-facts';
import css from './retention.module.css';

const tones: Record<string, Tone> = { running: 'half', done: 'on', failed: 'open', interrupted: 'plain' };

/** The nights in which events are taken away: the next one, and what came of the last. */
export function NightSection({ retention }: { retention: Retention }): ReactNode {
  const t = useWords('events');
  const { next_run_at, last_run: last, progress } = retention;
  const share = t('keep.share', { percent: Math.floor((progress ?? 0) * 100) });
  return (
    <Section title={t('keep.nights')} note={last && <StateWord tone={tones[last.state] ?? 'plain'}>{t(`keep.run.${last.state as 'done'}`)}</StateWord>}>
      <div className={css['parts']}>
        <KeyValues
          facts={[
            { label: t('keep.next'), value: <ExactTime at={next_run_at} /> },
            { label: t('keep.last'), value: last && <ExactTime at={last.started_at} /> },
          ]}
        />
        {last?.state === 'running' && typeof progress === 'number' && (
          <p className="sm sub">
            {share} <Bar share={progress} label={share} />
          </p>
        )}
        {last?.result && <RemovalFacts removed={last.result} over />}
        {last?.state === 'failed' && (
          <>
            <p className="sm sub">{t('keep.run_failed')}</p>
            {last.error && (
              <p className="xs dim wrap" lang="en">
                {last.error}
              </p>
            )}
          </>
        )}
        {last?.state === 'interrupted' && <p className="sm sub">{t('keep.run_interrupted')}</p>}
      </div>
    </Section>
  );
}

/** For how long the disk lasts by the rules in force. */
export function DiskSection(): ReactNode {
  const t = useWords('events');
  const health = useQuery({
    queryKey: ['health'],
    refetchInterval: 60_000,
    queryFn: () => answered(api.GET('/api/v1/system/health')),
  });
  return (
    <Section title={t('keep.disk')} note={<Go to="/settings/health">{t('keep.to_health')}</Go>}>
      <Await query={health} lines={3}>
        {({ components }) => {
          const { rows_per_day, bytes_per_day, steady_bytes, days_left } = components.find((one) => one.name === 'storage')?.numbers ?? {};
          return (
            <div className={css['parts']}>
              <p className="sm">
                {steady_bytes !== undefined
                  ? t('keep.disk_steady', { bytes: bytes(steady_bytes) })
                  : days_left !== undefined
                    ? t('keep.disk_ends', { count: days_left, number: days_left.toLocaleString('en-US') })
                    : t('keep.disk_unknown')}
              </p>
              {bytes_per_day !== undefined && (
                <KeyValues
                  facts={[
                    { label: t('keep.per_day'), value: t('keep.rows', { count: rows_per_day ?? 0, number: (rows_per_day ?? 0).toLocaleString('en-US') }) },
                    { label: t('keep.bytes_per_day'), value: bytes(bytes_per_day) },
                  ]}
                />
              )}
            </div>
          );
        }}
      </Await>
    </Section>
  );
}
