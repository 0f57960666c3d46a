import type { EndpointDetail } from '@shell/api/schema';
import { Await, Empty } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { MachineFindings, useMachine } from './machine-findings';
import { useListWords } from './own-words';

/** The weaknesses of one endpoint. */
export default function EndpointTab({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useListWords();
  return (
    <Await query={useMachine(endpoint.id)} lines={10}>
      {(machine) => (machine === null ? <Empty>{t('machine.not_yet')}</Empty> : <MachineFindings machine={machine} />)}
    </Await>
  );
}
