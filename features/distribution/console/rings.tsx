import type { DistributionPartState, RolloutRing } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { duration } from '@shell/time';
import { Go } from '@shell/ui/link';
import { Bar } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './distribution.module.css';
import { countOf, good, partStates, PartStateWord, RingStateWord } from './states';

function Lane({ ring, at, id }: { ring: RolloutRing; at: number; id: string }): ReactNode {
  const t = useWords('distribution');
  const language = useLanguage();
  const done = countOf([ring], good);
  const there = partStates.filter((state) => (ring.states[state] ?? 0) > 0);
  const rules = [
    ...(at === 0 ? [] : [ring.wait_s > 0 ? t('one.after', { wait: duration(ring.wait_s, language) }) : t('one.at_once')]),
    t(ring.in_percent ? 'one.bears_percent' : 'one.bears', { count: ring.most_failures }),
    ...(ring.gone_by ? [t('one.gone_by', { name: ring.gone_by })] : ring.needs_go ? [t('one.needs_go')] : []),
  ];
  return (
    <section className={css['lane']} aria-label={ring.name}>
      <h3>
        <span>{ring.name}</span>
        <RingStateWord state={ring.state} />
      </h3>
      {ring.endpoints === 0 ? (
        <span className="sub">{t('one.nobody')}</span>
      ) : (
        <>
          <span>{t('one.of', { done: done.toLocaleString('en-US'), all: ring.endpoints.toLocaleString('en-US') })}</span>
          <Bar share={done / ring.endpoints} label={t('one.bar', { done, all: ring.endpoints })} />
          <ul className={css['counts']}>
            {there.map((state: DistributionPartState) => (
              <li key={state}>
                <PartStateWord state={state} />
                <Go className="t" to={`/distribution/${id}`} search={{ ring: String(at), state }} aria-label={`${ring.name} ${t(`part_states.${state}`)} ${String(ring.states[state])}`}>
                  {(ring.states[state] ?? 0).toLocaleString('en-US')}
                </Go>
              </li>
            ))}
          </ul>
        </>
      )}
      <span className="sm sub">{rules.join(' · ')}</span>
    </section>
  );
}

/** The rings side by side, with how many endpoints are where; each number opens exactly its rows. */
export function Rings({ rings, id }: { rings: RolloutRing[]; id: string }): ReactNode {
  return (
    <div className={css['lanes']}>
      {rings.map((ring, at) => (
        <Lane key={`${String(at)} ${ring.name}`} ring={ring} at={at} id={id} />
      ))}
    </div>
  );
}
