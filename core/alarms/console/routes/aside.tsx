import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { AlarmRouteView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useGroups } from '@shell/pick/groups';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Acts, Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { keptHost, routeOf, type Draft } from './draft';
import { Preview } from './preview';
import { How } from './row';
import css from './routes.module.css';
import { TrialAnswer, useTrial } from './try';
import { routesKey, useGroupPath, useSpeech } from './use-routes';
import { sentence } from './words';

function Try({ route, changed }: { route: AlarmRouteView; changed: boolean }): ReactNode {
  const t = useWords('alarms');
  const trial = useTrial(route.id);
  return (
    <Section title={t('routes.try.title')}>
      <p className={`${css['sentence']} sm sub`}>{t(changed ? 'routes.try.first_save' : 'routes.try.what')}</p>
      <Acts>
        <Button
          small
          disabled={changed}
          busy={trial.isPending}
          onClick={() => {
            trial.mutate();
          }}
        >
          {t('routes.try.act')}
        </Button>
      </Acts>
      <TrialAnswer trial={trial} route={route} />
    </Section>
  );
}

function Remove({ route, onRemoved }: { route: AlarmRouteView; onRemoved: () => void }): ReactNode {
  const t = useWords('alarms');
  const client = useQueryClient();
  return (
    <ConfirmAct
      act={t('routes.remove.act')}
      withReason={false}
      consequence={{
        hits: route.waiting > 0 ? t('routes.remove.hits', { count: route.waiting }) : '',
        stops: t('routes.remove.stops'),
        stays: t('routes.remove.stays'),
        undo: t('routes.remove.undo'),
      }}
      onConfirm={async () => {
        await answered(api.DELETE('/api/v1/alarm-routes/{id}', { params: { path: { id: route.id } }, ...ifMatch(route.etag) }));
        onRemoved();
        await client.invalidateQueries({ queryKey: routesKey });
      }}
    />
  );
}

/** What the route does in a sentence, as it is being written; the mail it sends; a trial; and its end. */
export function Aside({
  draft,
  seen,
  live,
  changed,
  onRemoved,
}: {
  draft: Draft;
  seen: AlarmRouteView | null;
  /** The same as it is now: how it does changes while somebody writes. */
  live: AlarmRouteView | null;
  changed: boolean;
  onRemoved: () => void;
}): ReactNode {
  const t = useWords('alarms');
  const speech = useSpeech();
  const groupPath = useGroupPath();
  const { data: groups = [] } = useGroups();
  const path = groups.find((group) => group.id === draft.group)?.path ?? (draft.group === seen?.group ? seen?.group_path : null);
  const host = draft.url.trim() === '' ? keptHost(draft, seen) : hostOf(draft.url);
  return (
    <>
      <Section title={t('routes.one.does')}>
        <p className={css['sentence']} aria-live="polite">
          {sentence(routeOf(draft), host, groupPath(path), speech)}
        </p>
        {live && <How route={live} />}
      </Section>
      {draft.place === 'mail' && <Preview draft={draft} />}
      {seen && <Try route={seen} changed={changed} />}
      {seen && <Remove route={seen} onRemoved={onRemoved} />}
    </>
  );
}

function hostOf(url: string): string | null {
  return URL.parse(url.trim())?.hostname ?? null;
}
