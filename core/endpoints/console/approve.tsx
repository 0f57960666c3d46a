import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Failed } from '@shell/ui/states';
import type { ReactNode } from 'react';

/** Lets a waiting endpoint in. Until then it may only ask whether it has been let in. */
export function Approve({ id, small = false, name }: { id: string; small?: boolean; name?: string }): ReactNode {
  const t = useWords('endpoints');
  const client = useQueryClient();
  const approve = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/endpoints/{id}/approve', { params: { path: { id } } })),
    onSuccess: async (endpoint) => {
      client.setQueryData(['endpoint', id], endpoint);
      await client.invalidateQueries({ predicate: (query) => String(query.queryKey[0]).startsWith('endpoint') });
    },
  });
  return (
    <>
      <Button
        main={!small}
        small={small}
        icon="check"
        busy={approve.isPending}
        aria-label={name === undefined ? undefined : `${t('one.approve')}: ${name}`}
        onClick={() => {
          approve.mutate();
        }}
      >
        {t('one.approve')}
      </Button>
      {approve.error && <Failed error={approve.error} />}
    </>
  );
}
