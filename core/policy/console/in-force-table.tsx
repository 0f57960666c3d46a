import type { EffectivePolicy } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { pathWords } from '@shell/pick/groups';
import { pointerWords, useNames } from '@shell/schema-form/names';
import { Go } from '@shell/ui/link';
import { RelativeTime } from '@shell/ui/time';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { settingsOf, valueWords, type Origin } from './in-force';
import css from './policy.module.css';

const tones: Record<EffectivePolicy['state'], Tone> = { applied: 'on', pending: 'half', failed: 'open', too_old: 'open' };

export function AppliedWord({ state }: { state: EffectivePolicy['state'] }): ReactNode {
  const t = useWords('policy');
  return <StateWord tone={tones[state]}>{t(`in_force.state.${state}`)}</StateWord>;
}

function From({ feature, origin }: { feature: string; origin: Origin | undefined }): ReactNode {
  const t = useWords('policy');
  if (!origin || origin.from === 'default') return <span className="dim">{t('in_force.default')}</span>;
  if (origin.from === 'grant') {
    return (
      <Go className="t" to="/grants" search={{ open: origin.grant_id ?? undefined }}>
        {t('in_force.grant')}
      </Go>
    );
  }
  return origin.group ? (
    <Go className="t" to={`/policies/${feature}/${origin.group.id}`}>
      {pathWords(origin.group)}
    </Go>
  ) : null;
}

/** Setting, value, where from, why or until when. */
export function InForceTable({ policy, most = Infinity }: { policy: EffectivePolicy; most?: number }): ReactNode {
  const t = useWords('policy');
  const s = useWords('shell');
  const names = useNames(policy.feature);
  const words = { yes: t('in_force.yes'), no: t('in_force.no'), none: s('none'), marks: useMarks() };
  return (
    <table className={css['inforce']}>
      <thead>
        <tr>
          {(['setting', 'value', 'from', 'until'] as const).map((column) => (
            <th key={column} scope="col">
              {t(`in_force.column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {settingsOf(policy)
          .slice(0, most)
          .map(({ pointer, value, origin }) => (
            <tr key={pointer}>
              <th scope="row">{pointerWords(names, pointer)}</th>
              <td>{valueWords(value, words, names.value)}</td>
              <td>
                <From feature={policy.feature} origin={origin} />
              </td>
              <td className="dim">
                {origin?.expires_at ? (
                  <RelativeTime at={origin.expires_at} />
                ) : origin?.policy_version ? (
                  t('version', { number: origin.policy_version })
                ) : (
                  '—'
                )}
              </td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
