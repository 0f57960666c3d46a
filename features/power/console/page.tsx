import { PageHead } from '@shell/ui/page';
import { Stack } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { PowerForm } from './form';
import { PowerOrders } from './orders';
import { usePowerWords } from './page-words';

export default function Power(): ReactNode {
  const p = usePowerWords();
  return (
    <>
      <PageHead room="endpoints" title="power:title" lead={p('lead')} />
      <Stack>
        <PowerForm />
        <PowerOrders />
      </Stack>
    </>
  );
}
