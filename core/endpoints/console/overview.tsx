import type { EndpointDetail } from '@shell/api/schema';
import { endpointOverview } from '@shell/features';
import { useWords } from '@shell/i18n';
import { useSession } from '@shell/session/session';
import { Part } from '@shell/ui/part';
import { Columns } from '@shell/ui/section';
import { Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { SuspectedClone } from './clone';
import { Facts } from './facts';
import { Manage } from './manage';

/** What every feature has to say about this endpoint first, and at right what it is. */
export default function Overview({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('endpoints');
  const { permissions } = useSession();
  const parts = endpointOverview.filter((part) => permissions.includes(part.permission));
  const draw = (side: 'main' | 'side'): ReactNode =>
    parts
      .filter((part) => part.side === side)
      .map((part) => <Part key={part.id} load={part.load} props={{ endpoint }} lines={6} />);
  return (
    <Columns
      main={
        <>
          {endpoint.clone_suspected && <SuspectedClone endpoint={endpoint} />}
          {endpoint.state === 'pending' && <Remark title={t('pending.title')}>{t('pending.what')}</Remark>}
          {draw('main')}
        </>
      }
      side={
        <>
          {draw('side')}
          <Facts endpoint={endpoint} />
          {permissions.includes('endpoints.write') && endpoint.state !== 'retired' && <Manage endpoint={endpoint} />}
        </>
      }
    />
  );
}
