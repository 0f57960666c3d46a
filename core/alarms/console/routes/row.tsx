import { Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { AlarmRouteView } from '@shell/api/schema';
import { useSentence, useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { Failed } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { home } from './back';
import { bodyOf } from './draft';
import { PlaceIcon } from './place-icon';
import css from './routes.module.css';
import { TrialAnswer, useTrial } from './try';
import { routesKey, useGroupPath, useKeep, useSpeech } from './use-routes';
import { endWords, placeOf, whenWords, whichWords } from './words';

/** Whether what it sends arrives: in red what nobody has seen to yet. */
export function How({ route }: { route: AlarmRouteView }): ReactNode {
  const t = useWords('alarms');
  const sentence = useSentence('alarms');
  const sent = (
    <p className="sm">
      {route.sent_at ? (
        <>
          <span className="dim">{t('routes.sent')}</span> <RelativeTime at={route.sent_at} />
        </>
      ) : (
        <span className="dim">{t('routes.never')}</span>
      )}
    </p>
  );
  if (route.group && !route.group_path) {
    return (
      <>
        <StateWord tone="open">{t('routes.group_gone')}</StateWord>
        <p className="xs sub">{t('routes.group_gone_what')}</p>
      </>
    );
  }
  if (!route.failed_at) return sent;
  return (
    <>
      <p className={css['failing']}>
        <StateWord tone="open">{t('routes.failing')}</StateWord>
        <span className="xs aka">{sentence('routes.failing_since', { at: <RelativeTime at={route.failed_at} /> })}</span>
      </p>
      {route.error && (
        <p className={`${css['answer']} aka`} lang="en">
          {route.error}
        </p>
      )}
      {route.sent_at && sent}
    </>
  );
}

/** One route in the list, and below it what was answered to a press in its row. */
export function RouteRows({ route }: { route: AlarmRouteView }): ReactNode {
  const t = useWords('alarms');
  const client = useQueryClient();
  const speech = useSpeech();
  const groupPath = useGroupPath();
  const keep = useKeep();
  const mayWrite = useCan('settings.write');
  const trial = useTrial(route.id);
  const turn = useMutation({
    mutationFn: (on: boolean) =>
      answered(api.PUT('/api/v1/alarm-routes/{id}', { params: { path: { id: route.id } }, ...ifMatch(route.etag), body: bodyOf(route, { on }) })),
    onSuccess: keep,
    // Somebody else was first: what they made of it is shown beside the reason.
    onError: () => client.invalidateQueries({ queryKey: routesKey }),
  });
  const place = placeOf(route.to);
  const end = endWords(route.to, route.host, speech);
  const hasAnswer = turn.error !== null || trial.error !== null || trial.data !== undefined;
  return (
    <tbody className={route.on ? undefined : css['off']}>
      <tr>
        <th scope="row">
          <Go className="t" to={home} search={{ open: route.id }}>
            <b>{route.name}</b>
          </Go>
          <p className="sm sub">{whichWords(route, groupPath(route.group_path), speech)}</p>
        </th>
        <td>
          <div className={css['end']}>
            <PlaceIcon place={place} />
            <span className="wrap">
              {place === 'mail' ? end : t(`routes.to.${place}`)}
              {place !== 'mail' && end !== '' && <span className={`${css['host']} xs dim`}>{end}</span>}
            </span>
          </div>
        </td>
        <td>{whenWords(route, speech)}</td>
        <td className={route.waiting > 0 ? 'num' : 'num dim'}>{route.waiting.toLocaleString('en-US')}</td>
        <td>
          <How route={route} />
        </td>
        <td>
          <Switch
            aria-label={t('routes.use', { name: route.name })}
            checked={turn.isPending ? turn.variables : route.on}
            disabled={!mayWrite || turn.isPending}
            onChange={(event) => {
              turn.mutate(event.currentTarget.checked);
            }}
          />
        </td>
        <td className="num">
          {mayWrite && (
            <Button
              small
              busy={trial.isPending}
              aria-label={t('routes.try.of', { name: route.name })}
              onClick={() => {
                trial.mutate();
              }}
            >
              {t('routes.try.act')}
            </Button>
          )}
        </td>
      </tr>
      {hasAnswer && (
        <tr>
          <td colSpan={7} className={css['said']}>
            {turn.error && <Failed error={turn.error} />}
            <TrialAnswer trial={trial} route={route} />
          </td>
        </tr>
      )}
    </tbody>
  );
}
