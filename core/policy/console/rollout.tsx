import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { PolicyVersion, Rollout } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { duration } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { Bar, StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './policy.module.css';
import { policiesKey } from './queries';

const tones: Record<Rollout['state'], Tone> = { running: 'half', paused: 'plain', done: 'on', superseded: 'plain' };

/** How far a version has got, in one cell of a list. */
export function RolloutShort({ rollout }: { rollout: Rollout }): ReactNode {
  const t = useWords('policy');
  const words = t('rollout.count', { applied: rollout.applied, wanted: rollout.wanted });
  return (
    <span className={css['short']}>
      {rollout.failed > 0 ? (
        <StateWord tone="open">{t('rollout.failed', { count: rollout.failed })}</StateWord>
      ) : (
        <StateWord tone={tones[rollout.state]}>{t(`rollout.state.${rollout.state}`)}</StateWord>
      )}
      <span className="nw">
        {words}
        <Bar share={rollout.wanted === 0 ? 1 : rollout.applied / rollout.wanted} label={words} />
      </span>
    </span>
  );
}

/** The rings of a roll-out, where it stands, and what can be done about it. */
export function RolloutPart({ policy }: { policy: PolicyVersion }): ReactNode {
  const t = useWords('policy');
  const language = useLanguage();
  const client = useQueryClient();
  const mayWrite = useCan('policies.write');
  const { rollout } = policy;
  const path = { feature: policy.feature, group: policy.group.id };
  const act = useMutation({
    mutationFn: (action: 'pause' | 'resume' | 'finish') =>
      answered(api.POST('/api/v1/policies/{feature}/{group}/rollout', { params: { path }, body: { action } })),
    onSuccess: (changed) => {
      client.setQueryData([...policiesKey, policy.feature, policy.group.id], changed);
    },
  });
  const button = (action: 'pause' | 'resume' | 'finish', icon: 'pause' | 'play' | 'check'): ReactNode => (
    <Button
      small
      icon={icon}
      busy={act.isPending}
      onClick={() => {
        act.mutate(action);
      }}
    >
      {t(`rollout.act.${action}`)}
    </Button>
  );
  const words = t('rollout.count', { applied: rollout.applied, wanted: rollout.wanted });
  return (
    <div className={css['rollout']}>
      <p>
        <StateWord tone={tones[rollout.state]}>{t(`rollout.state.${rollout.state}`)}</StateWord>
      </p>
      <div>
        <p>
          <b className={css['big']}>{rollout.applied.toLocaleString('en-US')}</b>{' '}
          <span className="sub">{t('rollout.of', { wanted: rollout.wanted })}</span>
        </p>
        <Bar share={rollout.wanted === 0 ? 1 : rollout.applied / rollout.wanted} label={words} />
        <p className="sm sub">
          {t('rollout.pending', { count: rollout.pending })}
          {rollout.failed > 0 && <b className="aka"> {t('rollout.failed', { count: rollout.failed })}</b>}
        </p>
      </div>
      <ol className={css['rings']}>
        {rollout.rings.map((ring, at) => (
          <li key={at} data-here={at === rollout.ring && rollout.state !== 'done'} aria-current={at === rollout.ring ? 'step' : undefined}>
            <b>{t('rollout.ring', { number: at + 1 })}</b>
            <span>{ring.percent}%</span>
            <span className="xs dim">{ring.wait_s > 0 ? t('rollout.wait', { time: duration(ring.wait_s, language) }) : t('rollout.last')}</span>
          </li>
        ))}
      </ol>
      {act.error && <Failed error={act.error} />}
      {mayWrite && (rollout.state === 'running' || rollout.state === 'paused') && (
        <Acts>
          {rollout.state === 'running' ? button('pause', 'pause') : button('resume', 'play')}
          {button('finish', 'check')}
        </Acts>
      )}
    </div>
  );
}
