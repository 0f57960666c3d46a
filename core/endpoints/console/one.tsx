import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import type { EndpointDetail } from '@shell/api/schema';
import { endpointTabs } from '@shell/features';
import { useWords } from '@shell/i18n';
import { useAnyWord } from '@shell/i18n/any-word';
import { useSession } from '@shell/session/session';
import { Part } from '@shell/ui/part';
import { useCrumbs } from '@shell/ui/page';
import { Empty, Failed, Skeleton } from '@shell/ui/states';
import { Tabs } from '@shell/ui/tabs';
import type { ReactNode } from 'react';
import { EndpointHead } from './head';

export const endpointKey = (id: string): readonly unknown[] => ['endpoint', id];

function Body({ endpoint, tab }: { endpoint: EndpointDetail; tab: string }): ReactNode {
  const t = useWords('endpoints');
  const word = useAnyWord();
  const { permissions } = useSession();
  const tabs = endpointTabs.filter((part) => permissions.includes(part.permission));
  const open = tabs.find((part) => part.id === tab);
  return (
    <>
      <EndpointHead endpoint={endpoint} />
      <Tabs
        label={t('one.tabs')}
        tabs={tabs.map((part) => ({
          id: part.id,
          label: word(part.title),
          to: part.id === 'overview' ? `/endpoints/${endpoint.id}` : `/endpoints/${endpoint.id}/${part.id}`,
        }))}
        open={tab}
      />
      {open ? <Part key={open.id} load={open.load} props={{ endpoint }} lines={10} /> : <Empty>{t('one.no_tab')}</Empty>}
    </>
  );
}

export default function OneEndpoint(): ReactNode {
  const t = useWords('endpoints');
  const { id = '', tab = 'overview' } = useParams({ strict: false });
  const query = useQuery({
    queryKey: endpointKey(id),
    queryFn: () => answered(api.GET('/api/v1/endpoints/{id}', { params: { path: { id } } })),
    refetchInterval: 30_000,
  });
  const endpoint = query.data;
  const parts = endpoint && endpoint.group.path !== '/' ? endpoint.group.path.slice(1).split('/') : [];
  useCrumbs('endpoints', [
    ...parts.map((label, at) =>
      at === parts.length - 1 && endpoint ? { label, to: '/endpoints', search: { group: endpoint.group.id } } : { label },
    ),
    { label: endpoint?.hostname ?? t('one.title') },
  ]);
  if (query.error && !endpoint) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!endpoint) return <Skeleton lines={14} height={36} />;
  return <Body endpoint={endpoint} tab={tab} />;
}
