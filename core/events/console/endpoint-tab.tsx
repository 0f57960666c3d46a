import type { EndpointDetail } from '@shell/api/schema';
import type { ReactNode } from 'react';
import { EventList } from './event-list';

export default function EndpointEvents({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  return <EventList endpoint={endpoint.id} />;
}
