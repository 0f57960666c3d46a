import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { AlarmRouteTest, AlarmRouteView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Failed } from '@shell/ui/states';
import type { ReactNode } from 'react';
import css from './routes.module.css';
import { routesKey } from './use-routes';

export type Trial = UseMutationResult<AlarmRouteTest, Error, void>;

/** Sends a message that says that it is a test. */
export function useTrial(id: string): Trial {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answered(api.POST('/api/v1/alarm-routes/{id}/test', { params: { path: { id } } })),
    // A trial that fails is noted with the route.
    onSettled: () => client.invalidateQueries({ queryKey: routesKey }),
  });
}

/** How a trial went, with what the other end said. */
export function TrialAnswer({ trial, route }: { trial: Trial; route: AlarmRouteView }): ReactNode {
  const t = useWords('alarms');
  if (trial.error) return <Failed error={trial.error} />;
  const { data } = trial;
  return (
    <div role="status" className="sm">
      {data?.taken && <p>{t(route.to.kind === 'mail' ? 'routes.try.queued' : 'routes.try.taken')}</p>}
      {data && !data.taken && (
        <>
          <p>
            <b>{t('routes.try.refused')}</b>
          </p>
          {data.error && (
            <p className={css['answer']} lang="en">
              {data.error}
            </p>
          )}
        </>
      )}
    </div>
  );
}
