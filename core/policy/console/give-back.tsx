import { useNavigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { PolicyVersion } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { ConfirmAct } from '@shell/ui/confirm';
import type { ReactNode } from 'react';
import { policiesKey } from './queries';

/** Ends a group's own rule, so that the one above applies again. */
export function GiveBack({ policy, endpoints }: { policy: PolicyVersion; endpoints: number }): ReactNode {
  const t = useWords('policy');
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <ConfirmAct
      act={t('give_back.act')}
      word={policy.group.name}
      withReason={false}
      consequence={{
        hits: t('give_back.hits', { count: endpoints }),
        stops: t('give_back.stops'),
        stays: t('give_back.stays'),
        undo: t('give_back.undo'),
      }}
      onConfirm={async () => {
        await answered(
          api.DELETE('/api/v1/policies/{feature}/{group}', {
            params: { path: { feature: policy.feature, group: policy.group.id } },
          }),
        );
        await client.invalidateQueries({ queryKey: policiesKey });
        await navigate({ to: '/policies', search: { feature: policy.feature } as never });
      }}
    />
  );
}
