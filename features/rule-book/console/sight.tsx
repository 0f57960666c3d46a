import type { RuleSightReason, RuleSightView } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { Await, Empty } from '@shell/ui/states';
import { Bar, Remark } from '@shell/ui/words';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import css from './rules.module.css';

/** What an administrator calls a sensor. */
export function useSensorWord(): (sensor: string) => string {
  const loose = useLooseWords('endpoints');
  const own = useLooseWords('rule-book');
  return (sensor) => loose(`sensors.name.${sensor}`, own(`family.${sensor}`, sensor));
}

export function useReasonWord(): (reason: RuleSightReason) => string {
  const t = useWords('rule-book');
  const sensor = useSensorWord();
  return (reason) => t(`sight.reason.${reason.reason}`, { sensor: sensor(reason.sensor) });
}

/** Why no endpoint can stop it, one sentence for all sensors together. */
export function useStopsNothing(): (sight: RuleSightView | undefined) => string {
  const t = useWords('rule-book');
  const marks = useMarks();
  const sensor = useSensorWord();
  return (sight) => {
    const seeing = sight?.reasons.filter((one) => one.reason === 'cannot_stop') ?? [];
    if (sight?.reasons.some((one) => one.reason === 'not_known_before') === true) return t('sight.known_late');
    return seeing.length === 0 ? '' : t('sight.only_sees', { sensors: marks.list(seeing.map((one) => sensor(one.sensor))) });
  };
}

/** Whether no endpoint can stop what a rule is about; nothing while that is not known. */
export const nobodyStops = (sight: RuleSightView | undefined): boolean => sight !== undefined && sight.enforced === 0;

function Shown({ sight, group }: { sight: RuleSightView; group: string }): ReactNode {
  const t = useWords('rule-book');
  const reason = useReasonWord();
  if (sight.endpoints === 0) return <Empty>{t('sight.nobody')}</Empty>;
  const lines = (['enforced', 'alarm_only', 'blind'] as const).filter((one) => one !== 'alarm_only' || sight.alarm_only > 0);
  return (
    <>
      <p className="sm sub">{t('sight.of', { group, count: sight.endpoints })}</p>
      <ul className={css['sight']}>
        {lines.map((one) => (
          <li key={one}>
            <span>{t(`sight.${one}`)}</span>
            <b>{t('sight.endpoints', { count: sight[one] })}</b>
            <Bar share={sight[one] / sight.endpoints} label={t(`sight.${one}`)} />
          </li>
        ))}
      </ul>
      {sight.reasons.length > 0 && (
        <Remark title={t('sight.why')}>
          <ul>
            {sight.reasons.map((one) => (
              <li key={`${one.sensor} ${one.reason}`}>
                {reason(one)} {t('sight.endpoints', { count: one.endpoints })}
              </li>
            ))}
          </ul>
        </Remark>
      )}
    </>
  );
}

/** On how many endpoints of a group a rule does what it asks for, and why not on the others. */
export function SightPart({ query, group }: { query: UseQueryResult<RuleSightView>; group: string }): ReactNode {
  return (
    <Await query={query} lines={4}>
      {(sight) => <Shown sight={sight} group={group} />}
    </Await>
  );
}
