import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { EventView } from '@shell/api/schema';
import type { Changes } from '@shell/address/use-search';
import { useLooseWords, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { useCan, usePlace } from '@shell/session/session';
import { clockTime, duration, exact } from '@shell/time';
import { Go } from '@shell/ui/link';
import { SidePanel } from '@shell/ui/panel';
import { Await } from '@shell/ui/states';
import { KeyValues, StateWord, type Fact } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './events.module.css';
import { splitPath } from './kinds';
import { LevelIcon, useKindWord } from './row-cells';

/** The rule that answered by the name that people know, leading to where it is written. */
function RuleName({ row }: { row: EventView }): ReactNode {
  const may = useCan('policies.read');
  const name = row.body['rule_name'];
  if (typeof name !== 'string' || !row.rule) return row.rule ?? <span className="dim">—</span>;
  if (!may) return name;
  return (
    <Go className="t" to="/rules" search={{ edit: row.rule }}>
      {name}
    </Go>
  );
}

function useFacts(row: EventView, change: (changes: Changes) => void): Fact[] {
  const t = useWords('events');
  const feature = useLooseWords('events');
  const place = usePlace();
  const occurred = Date.parse(row.occurred_at);
  const late = Math.round((Date.parse(row.received_at) - occurred) / 1000);
  const narrow = (label: string, changes: Changes): ReactNode => (
    <button
      type="button"
      className="t"
      onClick={() => {
        change(changes);
      }}
    >
      {label}
    </button>
  );
  const code = (text: string | null | undefined): ReactNode => (text ? <code className={css['code']}>{text}</code> : null);
  const all: Fact[] = [
    {
      label: t('field.occurred'),
      value: (
        <>
          {exact(occurred, place)} <span className="dim">{t('field.received', { after: duration(Math.max(0, late), place.language) })}</span>
        </>
      ),
    },
    { label: t('field.user'), value: row.user ? narrow(row.user, { user: row.user }) : null },
    {
      label: t('field.endpoint'),
      value: (
        <Go className="t" to={`/endpoints/${row.endpoint}`}>
          {row.hostname}
        </Go>
      ),
    },
    { label: t('field.subject'), value: row.subject },
    { label: t('field.target'), value: row.target },
    { label: t('field.rule'), value: <RuleName row={row} /> },
    { label: t('field.class'), value: row.class },
    {
      label: t('field.process'),
      value:
        row.image && (
          <>
            {row.process_guid ? narrow(splitPath(row.image).name, { process_guid: row.process_guid }) : row.image}
            {typeof row.pid === 'number' && <span className="dim"> pid {row.pid}</span>}
            <br />
            <span className="dim xs">{row.image}</span>
          </>
        ),
    },
    { label: t('field.command'), value: code(row.command_line) },
    {
      label: t('field.parent'),
      value:
        row.parent_image && row.parent_guid
          ? narrow(splitPath(row.parent_image).name, { process_guid: row.parent_guid })
          : row.parent_image,
    },
    {
      label: 'SHA-256',
      value: row.hash_sha256 && narrow(`${row.hash_sha256.slice(0, 20)}…`, { hash: row.hash_sha256 }),
    },
    { label: t('field.count'), value: row.count },
    { label: t('field.feature'), value: feature(`features.${row.feature}`, row.feature) },
    { label: t('field.order'), value: `${row.lane} ${String(row.seq)}` },
    ...Object.entries(row.body).filter(([name]) => name !== 'rule_name').map(([name, value]) => ({
      label: name,
      value: typeof value === 'string' ? value : code(JSON.stringify(value)),
    })),
  ];
  return all.filter((fact) => fact.value !== undefined && fact.value !== null);
}

/** The five minutes before and after on the same machine, with the row itself marked. */
function Around({ row, change, onOpen }: { row: EventView; change: (changes: Changes) => void; onOpen: (id: string) => void }): ReactNode {
  const t = useWords('events');
  const place = usePlace();
  const kind = useKindWord();
  const at = Date.parse(row.occurred_at);
  const query = useQuery({
    queryKey: ['events-around', row.id],
    staleTime: Infinity,
    queryFn: () =>
      answered(
        api.GET('/api/v1/events', {
          params: {
            query: {
              endpoint: row.endpoint,
              since: new Date(at - 300_000).toISOString(),
              until: new Date(at + 300_000).toISOString(),
              limit: 40,
            },
          },
        }),
      ),
  });
  return (
    <section className={css['around']}>
      <h3>
        {t('around')}{' '}
        <button
          type="button"
          className="t sm"
          onClick={() => {
            change({
              endpoint: row.hostname,
              span: undefined,
              since: new Date(at - 300_000).toISOString(),
              until: new Date(at + 300_000).toISOString(),
              user: undefined,
              kind: undefined,
              level: undefined,
            });
          }}
        >
          {t('around_list')}
        </button>
      </h3>
      <Await query={query} lines={6}>
        {(page) => (
          <ol>
            {[...page.items].reverse().map((one) => (
              <li key={one.id} aria-current={one.id === row.id ? 'true' : undefined}>
                <button
                  type="button"
                  onClick={() => {
                    onOpen(one.id);
                  }}
                >
                  <span>{clockTime(Date.parse(one.occurred_at), place)}</span>
                  <LevelIcon level={one.level} />
                  <span>{kind(one.kind)}</span>
                  <span title={one.subject ?? undefined}>{splitPath(one.subject ?? one.image ?? '').name}</span>
                </button>
              </li>
            ))}
          </ol>
        )}
      </Await>
    </section>
  );
}

function Body({ row, change }: { row: EventView; change: (changes: Changes) => void }): ReactNode {
  const t = useWords('events');
  return (
    <>
      <KeyValues facts={useFacts(row, change)} />
      {row.truncated && <p className="sm dim">{t('truncated')}</p>}
      {row.inferred && <p className="sm dim">{t('inferred')}</p>}
      <Around
        row={row}
        change={change}
        onOpen={(event) => {
          change({ event });
        }}
      />
    </>
  );
}

/** One event: its level, what happened as a title, all its fields, and what happened around it. */
export function EventPanel({
  id,
  known,
  change,
  onClose,
  onBefore,
  onAfter,
}: {
  id: string;
  known: EventView | undefined;
  change: (changes: Changes) => void;
  onClose: () => void;
  onBefore?: (() => void) | undefined;
  onAfter?: (() => void) | undefined;
}): ReactNode {
  const t = useWords('events');
  const kind = useKindWord();
  const marks = useMarks();
  const query = useQuery({
    queryKey: ['event', id],
    enabled: !known,
    queryFn: () => answered(api.GET('/api/v1/events/{id}', { params: { path: { id } } })),
  });
  const row = known ?? query.data;
  return (
    <SidePanel
      label={t('panel')}
      title={row ? `${kind(row.kind)}${row.subject ? marks.quoted(splitPath(row.subject).name) : ''}` : t('panel')}
      state={row && <StateWord tone={row.level === 'recorded' ? 'plain' : 'on'}>{t(`level.${row.level}`)}</StateWord>}
      onClose={onClose}
      onBefore={onBefore}
      onAfter={onAfter}
    >
      <Await query={{ ...query, data: row }} lines={10}>
        {(data) => <Body row={data} change={change} />}
      </Await>
    </SidePanel>
  );
}
