import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { ConfirmAct } from '@shell/ui/confirm';
import { Go } from '@shell/ui/link';
import { SidePanel } from '@shell/ui/panel';
import { Await } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './commands.module.css';
import { CommandStateWord, isWaiting, useCommandName } from './states';

/** One command: every step of its way with its time, and what came of it. */
export function CommandPanel({ id, onClose }: { id: string; onClose: () => void }): ReactNode {
  const t = useWords('commands');
  const name = useCommandName();
  const client = useQueryClient();
  const mayRun = useCan('commands.run');
  const query = useQuery({
    queryKey: ['command', id],
    refetchInterval: 5000,
    queryFn: () => answered(api.GET('/api/v1/commands/{id}', { params: { path: { id } } })),
  });
  const command = query.data;
  return (
    <SidePanel
      label={t('panel')}
      title={command ? name(command.name) : t('panel')}
      state={command && <CommandStateWord state={command.state} />}
      onClose={onClose}
    >
      <Await query={query} lines={8}>
        {(data) => (
          <>
            <KeyValues
              facts={[
                {
                  label: t('column.endpoint'),
                  value: (
                    <Go className="t" to={`/endpoints/${data.endpoint.id}`}>
                      {data.endpoint.hostname}
                    </Go>
                  ),
                },
                { label: t('column.by'), value: data.created_by },
                { label: t('column.expires'), value: <ExactTime at={data.expires_at} /> },
                { label: t('args'), value: <code>{JSON.stringify(data.args)}</code> },
                { label: t('result'), value: data.result ? <code>{JSON.stringify(data.result)}</code> : null },
                { label: t('error'), value: data.error },
              ]}
            />
            <h3 className={css['wayTitle']}>{t('way')}</h3>
            <ol className={css['way']}>
              {data.history.map((step) => (
                <li key={step.state}>
                  <CommandStateWord state={step.state} />
                  <span className="sm sub">
                    <ExactTime at={step.at} />
                  </span>
                </li>
              ))}
            </ol>
            {mayRun && isWaiting(data.state) && (
              <ConfirmAct
                act={t('cancel')}
                withReason={false}
                consequence={{
                  hits: data.endpoint.hostname,
                  stops: t('cancel_stops'),
                  stays: t('cancel_stays'),
                  undo: t('cancel_undo'),
                }}
                onConfirm={async () => {
                  await answered(api.POST('/api/v1/commands/{id}/cancel', { params: { path: { id } } }));
                  await client.invalidateQueries({ predicate: (one) => String(one.queryKey[0]).startsWith('command') });
                }}
              />
            )}
          </>
        )}
      </Await>
    </SidePanel>
  );
}
