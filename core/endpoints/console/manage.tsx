import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { EndpointChange, EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { PersonSelect } from '@shell/pick/person-select';
import { useCan } from '@shell/session/session';
import { ConfirmAct } from '@shell/ui/confirm';
import { Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import type { ReactNode } from 'react';

/** Saying where the endpoint belongs, whose it is and that it is no copy, and taking it out of service. */
export function Manage({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('endpoints');
  const client = useQueryClient();
  const id = endpoint.id;
  const keep = async (changed: EndpointDetail): Promise<void> => {
    client.setQueryData(['endpoint', id], changed);
    await client.invalidateQueries({ queryKey: ['endpoints'] });
  };
  const mayChoose = useCan('people.read');
  const put = useMutation({
    mutationFn: (change: EndpointChange) =>
      answered(
        api.PATCH('/api/v1/endpoints/{id}', {
          params: { path: { id } },
          ...ifMatch(endpoint.etag),
          body: change,
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
          if (group !== null && group !== endpoint.group.id) put.mutate({ group_id: group });
        }}
      />
      {mayChoose && (
        <>
          <br />
          <PersonSelect
            key={endpoint.primary_user?.id ?? ''}
            label={t('manage.user')}
            description={t('manage.user_hint')}
            value={endpoint.primary_user ?? null}
            clearable
            onChange={(person) => {
              if (person !== (endpoint.primary_user?.id ?? null)) put.mutate({ primary_user_id: person });
            }}
          />
        </>
      )}
      {put.error && <Failed error={put.error} />}
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
