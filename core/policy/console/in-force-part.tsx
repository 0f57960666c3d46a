import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import type { ReactNode } from 'react';
import css from './policy.module.css';
import { AppliedWord } from './in-force-table';
import { useFeatureTitle, useInForce } from './queries';

/** Each feature's rule in one line: has it arrived, and what was wrong with it. */
export default function InForcePart({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('policy');
  const title = useFeatureTitle();
  const query = useInForce(endpoint.id);
  return (
    <Section
      title={t('in_force.short')}
      note={
        <Go className="t" to={`/endpoints/${endpoint.id}/policies`}>
          {t('in_force.all')}
        </Go>
      }
    >
      <Await query={query} lines={3}>
        {(policies) =>
          policies.length === 0 ? (
            <Empty>{t('in_force.none')}</Empty>
          ) : (
            <table className={css['inforce']}>
              <tbody>
                {policies.map((policy) => (
                  <tr key={policy.feature}>
                    <th scope="row">{title(policy.feature)}</th>
                    <td>
                      <AppliedWord state={policy.state} />
                    </td>
                    <td className="sub">{policy.errors[0]?.message ?? t(`in_force.what.${policy.state}`)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Await>
    </Section>
  );
}
