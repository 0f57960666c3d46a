import { useNavigate } from '@tanstack/react-router';
import type { AlarmRouteView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { PageHead } from '@shell/ui/page';
import { Section } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { KeyValues } from '@shell/ui/words';
import { useRef, useState, type ReactNode } from 'react';
import { Back, home } from './back';
import { RouteForm } from './form';
import { How } from './row';
import { useGroupPath, useRoutes, useSpeech } from './use-routes';
import { sentence } from './words';

function Head({ name }: { name: string }): ReactNode {
  const t = useWords('alarms');
  return <PageHead room="settings" title="alarms:routes.title" trail={[{ label: t('routes.title'), to: home }, { label: name }]} />;
}

/** A route for those who may look only. */
function Facts({ route }: { route: AlarmRouteView }): ReactNode {
  const t = useWords('alarms');
  const speech = useSpeech();
  const groupPath = useGroupPath();
  return (
    <Section title={route.name} note={<Back />}>
      <KeyValues
        facts={[
          { label: t('routes.one.does'), value: sentence(route, route.host, groupPath(route.group_path), speech) },
          { label: t('routes.column.how'), value: <How route={route} /> },
          { label: t('routes.column.waiting'), value: route.waiting.toLocaleString('en-US') },
          ...(route.to.kind === 'mail'
            ? [
                { label: t('routes.form.addresses'), value: route.to.addresses.join(', ') },
                { label: t('routes.form.subject'), value: route.subject },
                { label: t('routes.form.line'), value: route.line },
              ]
            : []),
        ]}
      />
    </Section>
  );
}

export function NewRoute(): ReactNode {
  const t = useWords('alarms');
  const navigate = useNavigate();
  return (
    <>
      <Head name={t('routes.one.new')} />
      <RouteForm seen={null} onMade={(id) => void navigate({ to: home, search: { open: id } as never, replace: true })} />
    </>
  );
}

export function OneRoute({ id }: { id: string }): ReactNode {
  const t = useWords('alarms');
  const navigate = useNavigate();
  const mayWrite = useCan('settings.write');
  const query = useRoutes();
  const [reading, setReading] = useState(0);
  // What somebody is writing stays on the screen when the route itself is removed elsewhere.
  const last = useRef<AlarmRouteView>(undefined);
  return (
    <Await query={query} lines={12}>
      {(items) => {
        const route = items.find((one) => one.id === id) ?? last.current;
        last.current = route;
        if (!route) {
          return (
            <>
              <Head name={t('routes.title')} />
              <Empty act={<Back />}>{t('routes.gone')}</Empty>
            </>
          );
        }
        return (
          <>
            <Head name={route.name} />
            {mayWrite ? (
              <RouteForm
                key={reading}
                seen={route}
                onReload={async () => {
                  await query.refetch();
                  setReading(reading + 1);
                }}
                onRemoved={() => void navigate({ to: home, replace: true })}
              />
            ) : (
              <Facts route={route} />
            )}
          </>
        );
      }}
    </Await>
  );
}
