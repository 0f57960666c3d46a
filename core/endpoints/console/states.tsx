import type { EndpointState, EndpointSummary, Os } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';

export const states: EndpointState[] = ['online', 'offline', 'silent', 'pending', 'retired'];
export const systems: Os[] = ['windows', 'macos', 'linux', 'android', 'ios'];

const tones: Record<EndpointState, Tone> = {
  online: 'on',
  offline: 'plain',
  silent: 'open',
  pending: 'open',
  retired: 'plain',
};

export function EndpointStateWord({ endpoint }: { endpoint: Pick<EndpointSummary, 'state' | 'clone_suspected'> }): ReactNode {
  const t = useWords('endpoints');
  if (endpoint.clone_suspected) return <StateWord tone="open">{t('state.clone')}</StateWord>;
  return <StateWord tone={tones[endpoint.state]}>{t(`state.${endpoint.state}`)}</StateWord>;
}
