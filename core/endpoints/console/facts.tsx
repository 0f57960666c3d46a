import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { ExactTime, RelativeTime } from '@shell/ui/time';
import { Section } from '@shell/ui/section';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';

const tolerated = 60_000;

/** How the agent on this machine stands to the server. */
export function Facts({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('endpoints');
  const skew = endpoint.clock_skew_ms;
  return (
    <Section title={t('facts.title')}>
      <KeyValues
        facts={[
          { label: t('facts.agent'), value: endpoint.agent_version },
          { label: t('facts.enrolled'), value: <ExactTime at={endpoint.enrolled_at} /> },
          { label: t('facts.seen'), value: <RelativeTime at={endpoint.last_seen} /> },
          {
            label: t('facts.clock'),
            value:
              typeof skew !== 'number'
                ? null
                : Math.abs(skew) < tolerated
                  ? t('facts.clock_good')
                  : t(skew > 0 ? 'facts.clock_fast' : 'facts.clock_slow', { seconds: Math.round(Math.abs(skew) / 1000) }),
          },
          { label: t('facts.hardware'), value: endpoint.hardware_id },
          {
            label: t('facts.features'),
            value: endpoint.features.map((feature) => `${feature.feature} ${String(feature.version)}`).join(', '),
          },
        ]}
      />
    </Section>
  );
}
