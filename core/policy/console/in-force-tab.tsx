import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { pointerWords, useNames } from '@shell/schema-form/names';
import { Section, Stack } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { Remark } from '@shell/ui/words';
import type { EffectivePolicy } from '@shell/api/schema';
import type { ReactNode } from 'react';
import { AppliedWord, InForceTable } from './in-force-table';
import { useFeatureTitle, useInForce } from './queries';

function One({ policy }: { policy: EffectivePolicy }): ReactNode {
  const t = useWords('policy');
  const title = useFeatureTitle();
  const names = useNames(policy.feature);
  return (
    <Section
      title={title(policy.feature)}
      note={
        <>
          <AppliedWord state={policy.state} /> <RelativeTime at={policy.applied_at} />
        </>
      }
    >
      {policy.state !== 'applied' && <Remark title={t(`in_force.state.${policy.state}`)}>{t(`in_force.what.${policy.state}`)}</Remark>}
      {policy.errors.length > 0 && (
        <Remark title={t('in_force.errors', { count: policy.errors.length })}>
          <ul>
            {policy.errors.map((error) => (
              <li key={error.pointer}>
                <b>{pointerWords(names, error.pointer)}</b> {error.message}
              </li>
            ))}
          </ul>
        </Remark>
      )}
      <InForceTable policy={policy} />
    </Section>
  );
}

export default function InForceTab({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('policy');
  return (
    <Await query={useInForce(endpoint.id)} lines={14}>
      {(policies) =>
        policies.length === 0 ? (
          <Empty>{t('in_force.none')}</Empty>
        ) : (
          <Stack>
            {policies.map((policy) => (
              <One key={policy.feature} policy={policy} />
            ))}
          </Stack>
        )
      }
    </Await>
  );
}
