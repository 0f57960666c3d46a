import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { now } from '@shell/time';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import css from './events.module.css';
import { sinceOf } from './filter';
import { splitPath } from './kinds';
import { LevelIcon, useKindWord } from './row-cells';

/** The last few things that a rule raised, with whom and where. */
export default function RaisedAside(): ReactNode {
  const t = useWords('events');
  const kind = useKindWord();
  const { zone } = usePlace();
  const query = useQuery({
    queryKey: ['events-raised'],
    refetchInterval: 60_000,
    queryFn: () =>
      answered(
        api.GET('/api/v1/events', {
          params: { query: { level: 'alarm,prohibited', since: new Date(sinceOf('7d', now(), zone)).toISOString(), limit: 6 } },
        }),
      ),
  });
  const search = { level: 'alarm,prohibited', span: '7d' };
  return (
    <Section
      title={t('raised.title')}
      note={
        <Go className="t" to="/events" search={search}>
          {t('raised.all')}
        </Go>
      }
    >
      <Await query={query} lines={8}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="sm sub">{t('raised.none')}</p>
          ) : (
            <ol className={css['raised']}>
              {page.items.map((row) => (
                <li key={row.id}>
                  <LevelIcon level={row.level} />
                  <div>
                    <p>
                      <Go to="/events" search={{ ...search, event: row.id }} title={row.subject ?? undefined}>
                        {kind(row.kind)} {row.subject ? splitPath(row.subject).name : ''}
                      </Go>
                    </p>
                    <p className="xs dim">
                      {row.user} {row.hostname} <RelativeTime at={row.occurred_at} />
                    </p>
                  </div>
                </li>
              ))}
            </ol>
          )
        }
      </Await>
    </Section>
  );
}
