import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';

/** What a suspected copy means, and how to say that somebody has looked and it is none. */
export function SuspectedClone({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('endpoints');
  const client = useQueryClient();
  const mayWrite = useCan('endpoints.write');
  const id = endpoint.id;
  const clear = useMutation({
    mutationFn: () =>
      answered(
        api.PATCH('/api/v1/endpoints/{id}', { params: { path: { id } }, ...ifMatch(endpoint.etag), body: { clone_suspected: false } }),
      ),
    onSuccess: async (changed) => {
      client.setQueryData(['endpoint', id], changed);
      await client.invalidateQueries({ queryKey: ['endpoints'] });
    },
  });
  return (
    <Remark title={t('clone.title')}>
      <p>{t('clone.what')}</p>
      {mayWrite && (
        <>
          <p className="sm sub">{t('clone.original_hint')}</p>
          {clear.error && <Failed error={clear.error} />}
          <Acts>
            <Button
              small
              busy={clear.isPending}
              onClick={() => {
                clear.mutate();
              }}
            >
              {t('clone.original')}
            </Button>
          </Acts>
        </>
      )}
    </Remark>
  );
}
