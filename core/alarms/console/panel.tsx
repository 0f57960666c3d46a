import { Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { AlarmState, AlarmView } from '@shell/api/schema';
import { useLooseWords, useWords, useWordsOfAll } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button, LinkButton } from '@shell/ui/button';
import { bytes } from '@shell/ui/bytes';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues, type Fact } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { aroundOf } from './around';
import { AlarmStateWord, useAlarmWords } from './states';
import { alarmsKey } from './news';

const times = ['last_seen', 'from', 'until', 'occurred_at', 'good_at'];
/** What programs go by, and a sentence says better. */
const silentMembers = ['rule', 'event', 'person', 'kind', 'q', 'first_seen', 'measure', 'asset', 'part', 'licence', 'product', 'rollout', 'weakness', 'feed'];
/** What stands in another member already. */
const twice = (name: string, { detail }: AlarmView): boolean => name === 'subject' && detail['sensor'] === detail['subject'];
/** What the kind's own sentence says already, and in the reader's language. */
const said: Record<string, string[]> = { 'keys.ending': ['reason'], 'certificate.ending': ['reason'] };

/** What a kind has to say, each member by its name; a member without a value is not worth a line. */
function useDetail(alarm: AlarmView): Fact[] {
  const loose = useLooseWords('alarms');
  const classes = useWordsOfAll('class');
  const sensors = useLooseWords('endpoints');
  return Object.entries(alarm.detail).flatMap(([name, value]) => {
    if (value === null || value === undefined || value === '' || said[alarm.kind]?.includes(name) || silentMembers.includes(name) || twice(name, alarm)) return [];
    const shown =
      typeof value === 'string' && times.includes(name) ? (
        <ExactTime at={value} />
      ) : typeof value === 'number' ? (
        name.endsWith('_bytes') ? (
          bytes(value)
        ) : (
          value.toLocaleString('en-US')
        )
      ) : typeof value === 'string' && name === 'class' ? (
        (classes[value] ?? value)
      ) : typeof value === 'string' && name === 'sensor' ? (
        sensors(`sensors.name.${value}`, value)
      ) : typeof value === 'string' ? (
        loose(`detail_value.${name}.${value}`, value)
      ) : (
        JSON.stringify(value)
      );
    return [{ label: loose(`detail.${name}`, name), value: shown }];
  });
}

/** Where the cause is looked into. */
function Place({ alarm }: { alarm: AlarmView }): ReactNode {
  const t = useWords('alarms');
  const { rule, event, q, asset, licence, product, rollout, weakness, feed } = alarm.detail;
  if (typeof asset === 'string') return <LinkButton to={`/assets/${asset}`}>{t('go.asset')}</LinkButton>;
  if (typeof licence === 'string') return <LinkButton to={`/licences/${licence}`}>{t('go.licence')}</LinkButton>;
  if (typeof rollout === 'string') return <LinkButton to={`/distribution/${rollout}`}>{t('go.rollout')}</LinkButton>;
  if (typeof weakness === 'string') return <LinkButton to={`/vulnerabilities/weaknesses/${encodeURIComponent(weakness)}`}>{t('go.weakness')}</LinkButton>;
  if (typeof feed === 'string') return <LinkButton to="/vulnerabilities/feeds" search={{ open: feed }}>{t('go.feed')}</LinkButton>;
  if (typeof product === 'string') return <LinkButton to={`/software/${product}`}>{t('go.product')}</LinkButton>;
  if (!alarm.endpoint) return <LinkButton to="/settings/health">{t('go.server')}</LinkButton>;
  // The server says which rows it means.
  if (typeof q === 'string') {
    return (
      <LinkButton to="/events" search={{ q, ...(typeof event === 'string' ? { event } : {}) }}>
        {t('go.rows')}
      </LinkButton>
    );
  }
  if (typeof rule === 'string' && typeof event === 'string') {
    const around = aroundOf(alarm);
    return (
      <>
        <LinkButton to="/events" search={{ q: `rule:${rule} endpoint:${alarm.endpoint.hostname}`, event }}>
          {t('go.violation')}
        </LinkButton>
        {around && (
          <LinkButton to="/events" search={around}>
            {t('go.around')}
          </LinkButton>
        )}
      </>
    );
  }
  if (alarm.kind.startsWith('events.')) {
    return (
      <LinkButton to="/events" search={{ endpoint: alarm.endpoint.hostname, kind: 'agent.gap' }}>
        {t('go.events')}
      </LinkButton>
    );
  }
  return <LinkButton to={`/endpoints/${alarm.endpoint.id}`}>{t('go.endpoint')}</LinkButton>;
}

function Deal({ alarm, onChanged }: { alarm: AlarmView; onChanged: () => Promise<void> }): ReactNode {
  const t = useWords('alarms');
  const client = useQueryClient();
  const [comment, setComment] = useState(alarm.comment);
  const deal = useMutation({
    mutationFn: (state?: AlarmState) =>
      answered(
        api.PATCH('/api/v1/alarms/{id}', { params: { path: { id: alarm.id } }, ...ifMatch(alarm.etag), body: { comment: comment.trim(), ...(state ? { state } : {}) } }),
      ),
    onSuccess: async (changed) => {
      client.setQueryData([...alarmsKey, 'one', alarm.id], changed);
      await onChanged();
    },
  });
  const button = (state: AlarmState | undefined, words: string, main = false): ReactNode => (
    <Button
      main={main}
      busy={deal.isPending}
      onClick={() => {
        deal.mutate(state);
      }}
    >
      {words}
    </Button>
  );
  return (
    <Fields>
      <Textarea
        label={t('act.comment')}
        description={t('act.comment_hint')}
        maxLength={2000}
        autosize
        minRows={2}
        value={comment}
        onChange={(event) => {
          setComment(event.currentTarget.value);
        }}
      />
      {deal.error && <Failed error={deal.error} />}
      <Acts>
        {alarm.state === 'open' && button('handling', t('act.handling'), true)}
        {alarm.state !== 'handled' && button('handled', t('act.handled'), alarm.state === 'handling')}
        {alarm.state === 'handling' && button('open', t('act.open'))}
        {alarm.state === 'handled' && button('open', t('act.again'))}
        {comment.trim() !== alarm.comment && button(undefined, t('act.keep'))}
      </Acts>
    </Fields>
  );
}

function Body({ alarm, onChanged }: { alarm: AlarmView; onChanged: () => Promise<void> }): ReactNode {
  const t = useWords('alarms');
  const words = useAlarmWords();
  const mayWrite = useCan('alarms.write');
  const detail = useDetail(alarm);
  return (
    <Fields>
      <p>{words.what(alarm)}</p>
      {alarm.ended_by_itself && <p className="sm sub">{t('ended_by_itself')}</p>}
      <KeyValues
        facts={[
          { label: t('column.endpoint'), value: words.where(alarm) },
          { label: t('column.severity'), value: t(`severity.${alarm.severity}`) },
          { label: t('column.raised'), value: <ExactTime at={alarm.raised_at} /> },
          ...(alarm.times > 1
            ? [
                { label: t('column.last'), value: <ExactTime at={alarm.last_at} /> },
                { label: t('column.times'), value: alarm.times.toLocaleString('en-US') },
              ]
            : []),
          { label: t('ended'), value: alarm.ended_at ? <ExactTime at={alarm.ended_at} /> : t('lasts') },
          { label: t('column.handler'), value: alarm.handler?.name ?? t('nobody') },
          ...(alarm.handled_at ? [{ label: t('handled_at'), value: <ExactTime at={alarm.handled_at} /> }] : []),
          ...(alarm.comment && !mayWrite ? [{ label: t('column.comment'), value: alarm.comment }] : []),
          ...detail,
        ]}
      />
      <Acts>
        <Place alarm={alarm} />
      </Acts>
      {mayWrite && <Deal key={alarm.etag} alarm={alarm} onChanged={onChanged} />}
    </Fields>
  );
}

/** One alarm: what it means, since when, and who does what about it. */
export function AlarmPanel({
  id,
  known,
  onChanged,
  onClose,
}: {
  id: string;
  known: AlarmView | undefined;
  onChanged: () => Promise<void>;
  onClose: () => void;
}): ReactNode {
  const t = useWords('alarms');
  const words = useAlarmWords();
  const query = useQuery({
    queryKey: [...alarmsKey, 'one', id],
    queryFn: () => answered(api.GET('/api/v1/alarms/{id}', { params: { path: { id } } })),
  });
  const shown = query.data ?? known;
  return (
    <SidePanel
      label={t('panel')}
      title={shown ? words.title(shown) : t('panel')}
      state={shown && <AlarmStateWord state={shown.state} />}
      onClose={onClose}
    >
      <Await query={{ ...query, data: shown }} lines={10}>
        {(alarm) => <Body alarm={alarm} onChanged={onChanged} />}
      </Await>
    </SidePanel>
  );
}
