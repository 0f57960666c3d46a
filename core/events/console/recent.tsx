import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { RowTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import css from './events.module.css';
import { LevelIcon, Subject, useKindWord } from './row-cells';

/** The last few things that happened on this machine. */
export default function RecentEvents({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('events');
  const kind = useKindWord();
  const query = useQuery({
    queryKey: ['events-recent', endpoint.id],
    refetchInterval: 20_000,
    queryFn: () => answered(api.GET('/api/v1/events', { params: { query: { endpoint: endpoint.id, limit: 8 } } })),
  });
  return (
    <Section
      title={t('recent.title')}
      note={
        <Go className="t" to={`/endpoints/${endpoint.id}/events`}>
          {t('recent.all')}
        </Go>
      }
    >
      <Await query={query} lines={8}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty>{t('recent.none')}</Empty>
          ) : (
            <ol className={css['recent']}>
              {page.items.map((row, at) => (
                <li key={row.id}>
                  <Go to={`/endpoints/${endpoint.id}/events`} search={{ event: row.id }}>
                    <RowTime at={row.occurred_at} above={page.items[at - 1]?.occurred_at} />
                  </Go>
                  <LevelIcon level={row.level} />
                  <span>{kind(row.kind)}</span>
                  <Subject row={row} wanted="" />
                </li>
              ))}
            </ol>
          )
        }
      </Await>
    </Section>
  );
}
