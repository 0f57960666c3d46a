import type { EndpointDetail } from '@shell/api/schema';
import { Stack } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { PowerForm } from './form';
import { PowerOrders } from './orders';

export default function EndpointPower({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  if (endpoint.state === 'pending' || endpoint.state === 'retired') return <PowerOrders endpoint={endpoint.id} />;
  return (
    <Stack>
      <PowerForm endpoint={endpoint.id} />
      <PowerOrders endpoint={endpoint.id} />
    </Stack>
  );
}
