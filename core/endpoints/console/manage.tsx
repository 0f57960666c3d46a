import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { ConfirmAct } from '@shell/ui/confirm';
import { Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import type { ReactNode } from 'react';

/** Moving the endpoint to another group, and taking it out of service. */
export function Manage({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('endpoints');
  const client = useQueryClient();
  const id = endpoint.id;
  const keep = async (changed: EndpointDetail): Promise<void> => {
    client.setQueryData(['endpoint', id], changed);
    await client.invalidateQueries({ queryKey: ['endpoints'] });
  };
  const move = useMutation({
    mutationFn: (group_id: string) =>
      answered(
        api.PATCH('/api/v1/endpoints/{id}', {
          params: { path: { id } },
          ...ifMatch(endpoint.etag),
          body: { group_id },
        }),
      ),
    onSuccess: keep,
  });
  const retire = async (reason: string): Promise<void> => {
    await keep(
      await answered(api.POST('/api/v1/endpoints/{id}/retire', { params: { path: { id } }, body: { reason } })),
    );
  };
  return (
    <Section title={t('manage.title')} note={t('manage.note')}>
      <GroupSelect
        label={t('manage.move')}
        fixedOnly
        value={endpoint.group.id}
        onChange={(group) => {
          if (group !== null && group !== endpoint.group.id) move.mutate(group);
        }}
      />
      {move.error && <Failed error={move.error} />}
      <br />
      <ConfirmAct
        act={t('manage.retire')}
        word={endpoint.hostname}
        consequence={{
          hits: t('manage.retire_hits'),
          stops: t('manage.retire_stops'),
          stays: t('manage.retire_stays'),
          undo: t('manage.retire_undo'),
        }}
        onConfirm={retire}
      />
    </Section>
  );
}
