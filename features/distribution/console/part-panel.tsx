import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { RolloutAttempt } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { bytes } from '@shell/ui/bytes';
import { Go } from '@shell/ui/link';
import { SidePanel } from '@shell/ui/panel';
import { PlainTable } from '@shell/ui/plain-table';
import { Await } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './distribution.module.css';
import { LogText } from './log-text';
import { PartStateWord } from './states';
import { useWhy } from './why';

function Attempt({ attempt, dry }: { attempt: RolloutAttempt; dry: boolean }): ReactNode {
  const t = useWords('distribution');
  const outcome = attempt.outcome;
  const changed = outcome?.changed ?? [];
  return (
    <section className={css['attempt']} aria-label={t('panel.attempt', { count: attempt.attempt })}>
      <h3>{t('panel.attempt', { count: attempt.attempt })}</h3>
      <KeyValues
        facts={[
          { label: t('panel.given'), value: <ExactTime at={attempt.given_at} /> },
          { label: t('panel.began'), value: outcome?.began_at ? <ExactTime at={outcome.began_at} /> : null },
          { label: t('panel.ended'), value: attempt.ended_at ? <ExactTime at={attempt.ended_at} /> : null },
          { label: t('panel.exit_code'), value: outcome?.exit_code },
          { label: t('panel.postponed'), value: outcome?.postponed ? t('one.retries_text', { count: outcome.postponed }) : null },
          { label: t('panel.from_server'), value: outcome?.fetched ? bytes(outcome.fetched.server) : null },
          { label: t('panel.from_neighbours'), value: outcome?.fetched?.neighbours ? bytes(outcome.fetched.neighbours) : null },
          { label: t('panel.restart'), value: outcome?.restart ? t('panel.restart_needed') : null },
        ]}
      />
      {changed.length > 0 && (
        <PlainTable caption={t(dry ? 'panel.would_change' : 'panel.changed')} heads={[t('panel.package'), t('panel.before'), t('panel.after')]}>
            {changed.map((one) => (
              <tr key={one.package}>
                <td>{one.package}</td>
                <td>{one.before ?? '—'}</td>
                <td>{one.after ?? '—'}</td>
              </tr>
            ))}
        </PlainTable>
      )}
      {outcome && (outcome.log ? <LogText label={t('panel.log')} text={outcome.log} /> : <p className="sm sub">{t('panel.no_log')}</p>)}
    </section>
  );
}

/** What became of a rollout at one endpoint: each attempt, with what changed and the end of its log. */
export function PartPanel({ rollout, endpoint, dry, onClose }: { rollout: string; endpoint: string; dry: boolean; onClose: () => void }): ReactNode {
  const t = useWords('distribution');
  const query = useQuery({
    queryKey: ['distribution', 'part', rollout, endpoint],
    queryFn: () => answered(api.GET('/api/v1/distribution/rollouts/{id}/endpoints/{endpoint}', { params: { path: { id: rollout, endpoint } } })),
    refetchInterval: 5_000,
  });
  const why = useWhy();
  const part = query.data;
  return (
    <SidePanel label={t('panel.label')} title={part?.hostname ?? '…'} state={part && <PartStateWord state={part.state} />} onClose={onClose}>
      <Await query={query} lines={10}>
        {(seen) => (
          <>
            {seen.why && <p className="sm">{why(seen.why)}</p>}
            {seen.percent !== null && seen.percent !== undefined && <p className="sm sub">{t('panel.percent', { percent: seen.percent })}</p>}
            <Go className="t" to={`/endpoints/${seen.endpoint_id}`}>
              {t('panel.endpoint')}
            </Go>
            {seen.attempts.length === 0 && <p className="sm sub">{t('panel.nothing')}</p>}
            {seen.attempts.map((attempt) => (
              <Attempt key={attempt.attempt} attempt={attempt} dry={dry} />
            ))}
          </>
        )}
      </Await>
    </SidePanel>
  );
}
